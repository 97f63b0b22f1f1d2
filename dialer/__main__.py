"""``python -m dialer`` is ``dozvon``."""

from dialer.cli import main

main()
