-- Folded rows that their tables do not have yet, tick by tick.
SELECT changes FROM pending ORDER BY tick
