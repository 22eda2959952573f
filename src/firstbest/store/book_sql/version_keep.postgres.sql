-- Keep the version of the book.
UPDATE book_version SET version = ?
