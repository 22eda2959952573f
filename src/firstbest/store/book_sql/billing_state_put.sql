-- What a closing leaves to the next: (closing, body).
INSERT INTO state (id, closing, body) VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET closing = excluded.closing, body = excluded.body
