"""A settlement bank with one door for messages, one for people at the counter, and a drawer of lies."""
