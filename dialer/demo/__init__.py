"""The demo: a made-up portfolio of the reference project's shape, worked against the town."""
