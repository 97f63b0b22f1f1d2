"""What a caller says: recognition behind a port, questions and their answers, and the server that Asterisk asks."""
