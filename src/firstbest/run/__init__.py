"""The house on the wall clock: wiring, admission, gates, changes under control."""
