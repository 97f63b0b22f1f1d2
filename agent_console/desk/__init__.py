"""The operator's desk: who is on the line, what is known of him, and what came of the talk."""
