"""Certificates (证明): papers the centre issues, and the check of a paper by anybody who holds it."""
