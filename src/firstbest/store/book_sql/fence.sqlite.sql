-- Which claim holds the book, and the hash that closes the last tick.
SELECT epoch, (SELECT chain FROM tick ORDER BY tick DESC LIMIT 1) FROM lease ORDER BY one
