"""anju (安居): the online-business platform of a housing provident fund centre."""

__version__ = "0.1.0"
