-- One event: (service, tenant, name, body, known_at).
INSERT INTO event (service, tenant, name, body, known_at) VALUES (?, ?, ?, ?, ?)
