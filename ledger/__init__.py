"""The books: every table, every query, and the journal of touches."""
