-- Drop a table whose rows stand elsewhere by now.
DROP TABLE {table}
