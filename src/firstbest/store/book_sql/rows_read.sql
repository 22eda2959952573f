-- All packed rows of a folded table, by key.
SELECT packed FROM {table} ORDER BY key
