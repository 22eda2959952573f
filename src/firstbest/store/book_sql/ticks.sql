-- Some envelopes beyond a tick, in the order of sealing, with the chain hash that each closes with and its commands.
SELECT
    tick.tick, tick.kind, tick.due, tick.at, tick.first_number, tick.numbers, tick.layout, tick.chain,
    tick.actual_us, tick.code, tick.policy, admitted.commands, admitted.lines
FROM tick LEFT JOIN admitted ON admitted.tick = tick.tick
WHERE tick.tick > ?
ORDER BY tick.tick
LIMIT ?
