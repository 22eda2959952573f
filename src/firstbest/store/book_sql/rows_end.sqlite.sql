-- Take rows of a folded table out.
DELETE FROM {table} WHERE key IN (SELECT value FROM carray(?))
