-- A tenant's connection sees its own rows of a table only.
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY
