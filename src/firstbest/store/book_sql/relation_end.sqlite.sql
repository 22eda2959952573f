-- Take out rows of a relation by key.
DELETE FROM {table} WHERE {match}
