"""Which process owns this library, and how do the others talk to it?"""
