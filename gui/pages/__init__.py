"""What stands in place of the panes: the first run, waiting."""
