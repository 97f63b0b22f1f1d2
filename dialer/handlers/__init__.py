"""What the engine does, one verb a file."""
