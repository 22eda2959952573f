-- The blocks of a span of ticks, in their order.
SELECT tick, name, packed FROM block WHERE tick > ? AND tick <= ? ORDER BY tick, place
