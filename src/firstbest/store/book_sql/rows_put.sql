-- Put whole rows: new, or in place of those that are there.
INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})
