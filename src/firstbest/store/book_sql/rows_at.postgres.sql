-- Packed rows of a folded table at the given keys, by key.
SELECT packed FROM {table} WHERE key = ANY (?::bigint[]) ORDER BY key
