"""The live house beside the twin."""
