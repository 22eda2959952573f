-- Give the lock back.
SELECT pg_advisory_unlock(?::integer, ?::integer) ORDER BY 1
