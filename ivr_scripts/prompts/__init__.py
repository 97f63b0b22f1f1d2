"""Spoken clips: engines that make them, the form that Asterisk plays, and the store that keeps each once."""
