"""Pages that replace the panes: the first run, and waiting for the library."""
