-- The closing that took an event: (closing, number).
UPDATE event SET closing = ? WHERE number = ? AND closing IS NULL
