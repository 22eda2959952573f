-- Every record with the hash that closes it, in order.
SELECT number, kind, label, body, chain FROM record ORDER BY number
