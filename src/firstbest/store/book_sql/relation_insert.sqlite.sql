-- New rows of a relation.
INSERT INTO {table} ({columns}) VALUES ({marks})
