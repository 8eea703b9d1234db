"""The support room: what people tell the centre outside any case."""
