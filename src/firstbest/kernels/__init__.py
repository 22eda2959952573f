"""Arithmetic over arrays, compiled with Numba: the part that is written for the machine.

A kernel takes arrays, or named tuples of arrays, and integers. It reads no module global but upper-case integer
constants, knows no noun of the trade that its arguments do not name, and has a slow and obvious oracle in the tests.
"""
