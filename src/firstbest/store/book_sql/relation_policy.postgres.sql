-- Whose rows: those of the tenant that the connection was opened for; all, where it was opened for none.
CREATE POLICY own ON {table} USING (
    CASE
        WHEN current_setting('firstbest.tenant', true) <> ''
            THEN "tenant" = current_setting('firstbest.tenant', true)::bigint
        ELSE current_user <> 'firstbest_tenant'
    END
)
