"""Building blocks that know nothing of libraries."""
