"""Operators' calls: each desk dials as many as its operators can take."""
