-- Put packed rows of a folded table: new, or in place of those that are there.
INSERT INTO {table} (key, packed)
SELECT key, packed FROM unnest(?::bigint[], ?::bytea[]) AS given (key, packed) ORDER BY key
ON CONFLICT (key) DO UPDATE SET packed = excluded.packed
