"""The desk of operators and the floor of supervisors: the web application."""
