-- A file that is no longer kept: (kept_until, tenant, name).
UPDATE file SET kept_until = ? WHERE tenant = ? AND name = ? AND kept_until IS NULL
