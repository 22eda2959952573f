-- All packed rows of a folded table, by key, as one stream of bytes.
COPY (SELECT packed FROM {table} ORDER BY key) TO STDOUT (FORMAT BINARY)
