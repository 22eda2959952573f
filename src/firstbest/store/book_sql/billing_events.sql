-- Events that no closing has taken, or all where 1 is asked, in order of admission.
SELECT service, tenant, name, body, known_at, number FROM event WHERE closing IS NULL OR ? = 1 ORDER BY number
