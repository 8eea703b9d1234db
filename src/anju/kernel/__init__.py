"""kernel: the words everyone shares. Pure Python; it knows neither Django nor a database."""
