"""The operators: what each is doing, and what the queues of Asterisk are told of it."""
