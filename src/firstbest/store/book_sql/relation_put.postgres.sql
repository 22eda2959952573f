-- Rows of a relation, a list a column: new, or in place of those with their key.
INSERT INTO {table} ({columns})
SELECT {values} FROM unnest({arrays}) AS given ({columns}) ORDER BY {key}
ON CONFLICT {clash}
