-- Set columns of rows that are there.
UPDATE {table} SET {assignments} WHERE key = ?
