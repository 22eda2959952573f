-- Make a table of packed rows of a folded table.
CREATE TABLE {table} (key INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT
