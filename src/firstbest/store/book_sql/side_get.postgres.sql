-- Rows of a side table by their keys, a list a column; each is found by the table's key, however few there seem to be.
SELECT {columns} FROM unnest({arrays}) AS wanted ({wanted})
CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {match} OFFSET 0) AS found
ORDER BY {key}
