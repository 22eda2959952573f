-- Put packed rows of a folded table: new, or in place of those that are there.
INSERT INTO {table} (key, packed) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET packed = excluded.packed
