-- Jobs in the order in which they were asked for.
SELECT number, tenant, asked, state, asked_at, cpu_ms FROM job ORDER BY number
