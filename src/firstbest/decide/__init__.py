"""What to do next: promise, source, wave, carton, lane, staff, replenish, count.

Decisions are pure functions from columns to columns. They take a batch, the instant and a policy, and answer with a
choice and the reason for it; they hold no clock, no I/O and no randomness, so the code that ships an order is the code
that is rehearsed.
"""
