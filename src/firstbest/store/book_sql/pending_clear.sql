-- The tables have all that was pending.
DELETE FROM pending
