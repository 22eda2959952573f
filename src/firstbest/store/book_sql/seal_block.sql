-- Keep one block of packed rows of a tick.
INSERT INTO block (tick, place, name, packed) VALUES (?, ?, ?, ?)
