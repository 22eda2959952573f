-- Add a new column to a relation; rows that are there get its default.
ALTER TABLE {table} ADD COLUMN {column}
