-- Ticks that have blocks or commands and were never sealed.
SELECT stray.tick
FROM (SELECT tick FROM block UNION SELECT tick FROM admitted) AS stray LEFT JOIN tick ON tick.tick = stray.tick
WHERE tick.tick IS NULL
ORDER BY stray.tick
LIMIT 1
