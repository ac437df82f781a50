"""Who runs the models, and which are in use?"""
