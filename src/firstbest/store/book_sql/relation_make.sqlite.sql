-- Make the table of a relation.
CREATE TABLE {table} ({columns}, PRIMARY KEY ({key})) STRICT{clustered}
