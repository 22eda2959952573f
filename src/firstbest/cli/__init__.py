"""The terminal door: a few verbs at the top, the rest in groups.

Commands parse arguments, call `rehearse` and `store`, and print what `present` made. No rule of the trade lives here,
and heavy modules are imported inside the command that needs them, so that `--help` stays quick.
"""

from firstbest.cli.app import main

__all__ = ["main"]
