-- The blocks of one tick, in their order.
SELECT name, packed FROM block WHERE tick = ? ORDER BY place
