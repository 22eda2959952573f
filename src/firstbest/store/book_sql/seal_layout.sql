-- Keep the layout of packed rows, once.
INSERT INTO layout (digest, columns) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING
