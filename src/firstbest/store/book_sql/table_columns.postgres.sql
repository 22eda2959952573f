-- The columns that a table has, in their order.
SELECT column_name::text
FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = ?
ORDER BY ordinal_position
