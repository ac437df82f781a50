"""How does a file become findable?"""
