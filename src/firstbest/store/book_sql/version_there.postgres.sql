-- Is there a book in the current schema?
SELECT to_regclass(quote_ident(current_schema()) || '.book_version') IS NOT NULL, current_schema() ORDER BY 1
