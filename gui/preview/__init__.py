"""One file shown large: picture, pages, text, player."""
