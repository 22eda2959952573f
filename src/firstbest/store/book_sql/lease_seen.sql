-- Who holds the book, as he said himself.
SELECT epoch, holder, address, seen_us FROM lease ORDER BY one
