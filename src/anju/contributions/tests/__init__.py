"""Tests of the contributions room."""
