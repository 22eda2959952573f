-- The content that an event's name came with: (service, tenant, name).
SELECT body FROM event WHERE service = ? AND tenant = ? AND name = ? ORDER BY number
