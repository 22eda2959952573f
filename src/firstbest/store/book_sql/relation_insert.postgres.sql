-- New rows of a relation, a list a column.
INSERT INTO {table} ({columns}) SELECT {values} FROM unnest({arrays}) AS given ({columns}) ORDER BY {key}
