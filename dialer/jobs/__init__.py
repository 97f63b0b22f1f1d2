"""Work that nobody waits for in a call: queues in Redis, and what ``dozvon worker`` takes from them."""
