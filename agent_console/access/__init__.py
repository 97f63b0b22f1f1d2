"""Who may use the console: sign-in, sessions, and the guard before every route."""
