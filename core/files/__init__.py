"""What is on the disk, and what changed?"""
