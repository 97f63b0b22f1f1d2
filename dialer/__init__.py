"""Floor 3: the engine that joins books, Asterisk, scripts and strategies, and the command line."""
