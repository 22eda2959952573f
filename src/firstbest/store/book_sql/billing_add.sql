-- One record: (number, kind, label, body, chain).
INSERT INTO record (number, kind, label, body, chain) VALUES (?, ?, ?, ?, ?)
