"""What the centre can be asked (报表与审计): questions with a stored way of answering, and what auditors find by them.

Answers are drawn from the rooms' own queries. Owns two tables: findings, and what was said about each; both only grow.
"""
