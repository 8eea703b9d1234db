"""Tests of who listens to whom."""
