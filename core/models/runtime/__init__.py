"""What runs a network, and is its result right?"""
