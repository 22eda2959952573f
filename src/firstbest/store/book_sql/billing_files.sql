-- Files kept for tenants, in order of arrival.
SELECT number, tenant, name, bytes, digest, kept_from, kept_until FROM file ORDER BY number
