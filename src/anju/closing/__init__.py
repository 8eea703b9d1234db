"""Closing: the days, months and years of the books, step by step, each signed by a second person."""
