"""The tests, by kind: rooms, laws, books, parity, rehearsals, doors, golden, tidy."""
