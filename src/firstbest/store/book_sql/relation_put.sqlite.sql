-- Rows of a relation: new, or in place of those with their key.
INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT {clash}
