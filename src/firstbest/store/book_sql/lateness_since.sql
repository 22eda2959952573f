-- How much later than due each timed step from a tick on was sealed, in microseconds.
SELECT at - due FROM tick WHERE tick >= ? AND kind > 0 ORDER BY tick
