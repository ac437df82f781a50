"""What do we know? The SQLite catalog, the one source of truth."""
