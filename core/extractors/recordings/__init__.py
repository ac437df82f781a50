"""Recordings and clips; ``media.py`` reads a part of one."""
