"""The audit room: who did what to whom, and who looked; insert-only."""
