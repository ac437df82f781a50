"""How does a model of this family turn input into vectors? One module a family."""
