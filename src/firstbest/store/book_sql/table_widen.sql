-- Add a new column to a folded table; rows that are there get its default.
ALTER TABLE {table} ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0
