"""Actions of the contributions room: all writes."""
