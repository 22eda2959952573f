-- Keep the envelope of a tick.
INSERT INTO tick (tick, kind, due, at, first_number, numbers, layout, chain, actual_us, code, policy)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
