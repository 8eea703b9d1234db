"""A small centre lived through by chance: every choice from a seed, faults between phases, books proven all the way.

``plan`` draws the steps before anything happens, so that any part of them is a history of its own; ``town`` is the
centre; ``employers``, ``bank``, ``suspense``, ``rents``, ``books`` and ``hours`` are what may happen in it; ``acting``
does an act once, twice or with a fault in its middle; ``model`` knows balances and deposits by its own arithmetic;
``proving`` compares; ``shrinking`` makes a failing history short.
"""
