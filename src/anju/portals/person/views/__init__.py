"""The pages of /me/, one family a module."""
