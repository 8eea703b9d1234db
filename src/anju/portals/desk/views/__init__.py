"""Views of the desk, one page family a module."""
