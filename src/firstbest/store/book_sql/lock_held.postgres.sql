-- Does any connection to this database hold the lock?
SELECT count(*)
FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE pg_database.datname = current_database()
    AND pg_locks.locktype = 'advisory' AND pg_locks.granted
    AND pg_locks.classid = ?::bigint::oid AND pg_locks.objid = ?::bigint::oid
ORDER BY 1
