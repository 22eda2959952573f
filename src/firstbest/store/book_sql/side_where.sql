-- Rows of a side table that fit, by key.
SELECT {columns} FROM {table} {match} ORDER BY {key} LIMIT ?
