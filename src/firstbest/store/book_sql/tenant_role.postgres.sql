-- The role of tenants' connections, where this connection may make one; it can read side tables and postings only.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'firstbest_tenant') THEN
        CREATE ROLE firstbest_tenant NOLOGIN;
    END IF;
    EXECUTE format('GRANT firstbest_tenant TO %I', current_user);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO firstbest_tenant', current_schema());
EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
    NULL; -- without it, row-level security is forced on the owner
END
$$
