-- What a tenant's connection may read.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'firstbest_tenant') THEN
        GRANT SELECT ON {table} TO firstbest_tenant;
    END IF;
END
$$
