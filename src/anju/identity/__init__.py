"""The identity room: who acts, and may they."""
