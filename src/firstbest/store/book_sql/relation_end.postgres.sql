-- Take out rows of a relation by key, a list a column.
DELETE FROM {table} USING unnest({arrays}) AS gone ({key}) WHERE {both}
