-- Whose rows a connection sees.
SELECT set_config('firstbest.tenant', ?::text, false) ORDER BY 1
