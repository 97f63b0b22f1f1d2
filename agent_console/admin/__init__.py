"""Administration: users, the audit log, tokens of other programs."""
