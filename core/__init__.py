"""Bowerbird without a window: everything but Qt."""
