-- One file: (tenant, name, bytes, digest, kept_from).
INSERT INTO file (tenant, name, bytes, digest, kept_from) VALUES (?, ?, ?, ?, ?)
