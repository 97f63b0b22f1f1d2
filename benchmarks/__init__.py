"""Measurements, each with its own baseline taken in the same run."""
