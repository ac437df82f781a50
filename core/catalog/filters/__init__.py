"""Which files does a filter let through? ``table.py`` has every filter once, for the parser, the help and the SQL."""
