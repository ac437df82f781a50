"""Which models are there, and where do their files come from?"""
