-- Take rows of a folded table out.
DELETE FROM {table} WHERE key = ANY (?::bigint[])
