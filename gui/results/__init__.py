"""What was found: the grid or list of hits."""
