-- The envelope and the chain hash of the tick sealed last.
SELECT tick, kind, due, at, first_number, numbers, chain FROM tick ORDER BY tick DESC LIMIT 1
