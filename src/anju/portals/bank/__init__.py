"""Where the settlement system's notices come in; signed, no browser behind it."""
