-- One job: (tenant, asked, asked_at).
INSERT INTO job (tenant, asked, state, asked_at) VALUES (?, ?, 'waiting', ?)
