"""Readers of documents, one a format; ``document.py`` chooses among them."""
