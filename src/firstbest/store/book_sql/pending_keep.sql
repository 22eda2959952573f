-- Keep the folded rows that a tick changed, until their tables have them.
INSERT INTO pending (tick, changes) VALUES (?, ?)
