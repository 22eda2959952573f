-- A row of a side table by its key.
SELECT {columns} FROM {table} WHERE {match} ORDER BY {key}
