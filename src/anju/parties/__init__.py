"""The parties room: the people and employers a centre knows.

Owns who somebody is, how to reach them, whom they are tied to, and what a unit is and pays. Refuses to know
accounts, cases or log-ins.
"""
