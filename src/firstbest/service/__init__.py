"""The HTTP door: routes, keys, problems."""
