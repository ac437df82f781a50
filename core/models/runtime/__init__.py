"""What runs a network, and is its result right? Runtimes, exported networks, golden vectors and language routes."""
