-- All envelopes, in the order of sealing, with the chain hash that each closes with.
SELECT tick, kind, due, at, first_number, numbers, layout, chain FROM tick ORDER BY tick
