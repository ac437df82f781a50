"""Long runs of what goes wrong in the world. ``packaging/torture`` runs them; their short forms are in the suite."""
