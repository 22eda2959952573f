-- Take the lock that ends with this connection, if nobody has it.
SELECT pg_try_advisory_lock(?::integer, ?::integer) ORDER BY 1
