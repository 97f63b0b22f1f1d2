"""Messages: SMS and messengers, over whoever carries them. docs/messages.md follows one from the reserve to its receipt."""
