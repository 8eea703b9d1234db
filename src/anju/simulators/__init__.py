"""The world outside the centre, played by separate processes: a bank, an SMS gateway, other agencies.

Owns its own state, pages and clock. Imports nothing of the product and is imported by nothing of it: the two
sides meet over HTTP only, as with the real thing.
"""
