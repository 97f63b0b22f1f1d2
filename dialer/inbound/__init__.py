"""Calls that come in: who rings, where he is sent, and who is rung back."""
