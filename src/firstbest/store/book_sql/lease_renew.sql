-- A sign of life of the claim that holds the book.
UPDATE lease SET seen_us = ? WHERE epoch = ?
