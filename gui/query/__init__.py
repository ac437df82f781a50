"""The parts of a question on the screen: the query box, the filters, and what happens on a drop."""
