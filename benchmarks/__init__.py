"""Benchmarks: `python -m benchmarks NAME [--quick] [--data DIR]` prints one line of JSON last.

Each benchmark is a module of this package with `run(quick, data) -> Result`. Its peers run in the same run on the same
input. A full run is appended to `history.jsonl`.
"""
