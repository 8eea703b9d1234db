"""The services (事项) the centre offers: one folder each, without tables, pages or addresses.

docs/services.md says how to write one. A service knows no other service; what two of them share lies in a room below.
"""
