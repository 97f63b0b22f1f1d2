"""Floor 1: the words and rules of technical collection; standard library only, no I/O, no clock."""
