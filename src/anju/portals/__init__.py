"""The portals: the ways in for people. Each page asks rooms below and draws; it decides nothing."""
