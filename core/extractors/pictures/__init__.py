"""Photos and other still pictures, and what they say of themselves; ``photo.py`` reads them."""
