-- Make a table of packed rows of a folded table; room is left in each page, for rows are often changed.
CREATE TABLE {table} (key bigint PRIMARY KEY, packed bytea NOT NULL) WITH (fillfactor = 80)
