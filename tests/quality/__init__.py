"""What fits the matrices that ship, and proves on what."""
