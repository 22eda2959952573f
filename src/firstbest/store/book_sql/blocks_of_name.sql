-- All blocks of one type of fact, with the layout in which each was packed, in the order of sealing.
SELECT tick.layout, block.packed
FROM block JOIN tick ON tick.tick = block.tick
WHERE block.name = ?
ORDER BY block.tick, block.place
