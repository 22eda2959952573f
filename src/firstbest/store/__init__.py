"""What is remembered: the book in SQL, the columns in memory, the files of a workspace.

A store knows how to add and to put, and no fact by its name. The book is append-only; the columns rebuilt from it equal
the columns in memory.
"""
