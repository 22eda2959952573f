-- Blocks whose tick is not there.
SELECT block.tick FROM block LEFT JOIN tick ON tick.tick = block.tick WHERE tick.tick IS NULL ORDER BY block.tick
