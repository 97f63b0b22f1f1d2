"""Bringing a creditor's files into the books: read, check each value, merge set-wise, tell what was refused."""
