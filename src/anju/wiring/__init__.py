"""The wiring room: who listens to whom."""
