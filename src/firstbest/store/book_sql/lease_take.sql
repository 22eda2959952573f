-- A new claim on the book: the next number, by whom, reachable where.
UPDATE lease SET epoch = epoch + 1, holder = ?, address = ?, seen_us = ?
