"""What the centre can be asked (报表与审计): questions with a stored way of answering, the same for whoever asks.

Owns no table: each answer is drawn from the rooms' own queries.
"""
