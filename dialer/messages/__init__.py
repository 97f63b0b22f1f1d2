"""Messages: SMS and messengers. docs/messages.md follows one from the reserve to its receipt."""
