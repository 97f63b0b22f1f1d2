"""Texts of written messages: versioned files in several languages, with facts of the debtor in braces."""
