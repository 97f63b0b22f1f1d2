"""Floor 1, beside domain: files that people write, read into models, with errors that name the line."""
