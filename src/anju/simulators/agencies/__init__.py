"""Identity, real estate, civil affairs, other centres and the business registry, played by one process."""
