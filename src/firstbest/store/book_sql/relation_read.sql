-- All rows of a relation, by key.
SELECT {columns} FROM {table} ORDER BY {key}
