"""What is asked: the query box, its filters, what is dropped on it."""
