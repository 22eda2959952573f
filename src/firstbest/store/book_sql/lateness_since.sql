-- How much later than due each timed step from a tick on was sealed, in microseconds; what was due before the book was
-- opened could not be in time and does not count.
SELECT at - due FROM tick WHERE tick >= ? AND kind > 0 AND due >= COALESCE((SELECT actual_us FROM tick WHERE tick = 0), 0)
ORDER BY tick
