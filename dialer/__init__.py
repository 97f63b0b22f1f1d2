"""The engine: it takes what is due, asks whether it may happen, and places the calls."""
