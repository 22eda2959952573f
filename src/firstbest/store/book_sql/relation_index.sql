-- Make an index of a relation.
CREATE INDEX {index} ON {table} ({columns})
