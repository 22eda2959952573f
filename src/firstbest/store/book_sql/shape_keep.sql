-- Keep how the rows of a folded table are packed.
INSERT INTO shape (name, columns) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET columns = excluded.columns
