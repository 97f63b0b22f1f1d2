"""Pure decisions: which debtor, which channel, which phone, and when next."""
