-- The blocks of one type of fact from a tick on, with their layouts, in the order of sealing.
SELECT tick.layout, block.packed
FROM block JOIN tick ON tick.tick = block.tick
WHERE block.name = ? AND block.tick >= ?
ORDER BY block.tick, block.place
