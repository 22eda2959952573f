-- All rows of a folded table as books before the second migration kept them: a column each.
SELECT {columns} FROM {table} ORDER BY key
