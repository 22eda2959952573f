"""What there is: the nouns, commands, facts, units and columns of the supply chain.

This room stands on the lowest floors. It has no clock, no I/O and no randomness of its own; every other room speaks its
words, and it may call nothing but `kernels`.
"""
