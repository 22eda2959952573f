-- The record added last: its number and its hash.
SELECT number, chain FROM record ORDER BY number DESC LIMIT 1
