"""Pure formulas of law and policy. Exact arithmetic only; every rounding is named; no date is read from a clock.

A formula that a person reads the result of returns `Explained`: the value with its working.
"""
