"""How many calls to place now: pure, told the time."""
