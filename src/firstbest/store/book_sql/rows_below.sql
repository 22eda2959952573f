-- Rows among the given keys (a JSON list) whose {column} is below zero.
SELECT key, {column} FROM {table} WHERE {column} < 0 AND key IN (SELECT value FROM json_each(?)) ORDER BY key LIMIT 1
