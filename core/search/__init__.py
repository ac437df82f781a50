"""What answers this query?"""
