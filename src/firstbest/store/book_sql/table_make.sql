-- Make a folded table: {table}, with its {columns}.
CREATE TABLE {table} (key INTEGER PRIMARY KEY, {columns}) STRICT
