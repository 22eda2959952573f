-- Be the role of tenants' connections, where it is there and may be taken.
DO $$
BEGIN
    IF pg_has_role(current_user, to_regrole('firstbest_tenant'), 'member') THEN
        SET ROLE firstbest_tenant;
    END IF;
END
$$
