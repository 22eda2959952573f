-- Take rows out.
DELETE FROM {table} WHERE key = ?
