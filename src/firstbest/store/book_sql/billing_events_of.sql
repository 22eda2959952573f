-- Events that a closing took, in order of admission.
SELECT service, tenant, name, body, known_at, number FROM event WHERE closing = ? ORDER BY number
