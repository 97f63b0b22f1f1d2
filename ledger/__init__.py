"""Floor 2: the books. Every SQL statement of Dozvon is here, one repository per noun."""
