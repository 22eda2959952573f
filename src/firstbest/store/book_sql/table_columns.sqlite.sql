-- The columns that a table has, in their order.
SELECT name FROM pragma_table_info(?) ORDER BY cid
