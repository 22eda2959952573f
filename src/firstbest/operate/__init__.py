"""The loop, the steps and the folds, each written once for the wall clock and the virtual one.

A step takes commands or a due timer, reads declared columns, calls a decision and yields facts; a fold turns facts into
changes of the columns. This room alone constructs facts, and it reaches clock, book and outside world only by ports.
"""
