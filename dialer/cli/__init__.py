"""The command line: ``dozvon``."""

from dialer.cli.main import main

__all__ = ["main"]
