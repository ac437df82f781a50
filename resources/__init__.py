"""Icons, styles and data that ship with Bowerbird."""
