-- All rows of a folded table, by key.
SELECT {columns} FROM {table} ORDER BY key
