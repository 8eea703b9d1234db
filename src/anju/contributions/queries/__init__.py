"""Queries of the contributions room: all reads."""
