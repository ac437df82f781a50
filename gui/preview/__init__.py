"""A large view of one file: picture, pages, text or player."""
