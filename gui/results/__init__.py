"""The grid of hits, and what is shown around it."""
