-- The version of the book.
SELECT version FROM book_version ORDER BY version
