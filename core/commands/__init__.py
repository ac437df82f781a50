"""What can be typed in a terminal, and what is answered?"""
