"""Checking papers without log-in."""
