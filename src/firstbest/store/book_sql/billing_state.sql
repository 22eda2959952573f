-- What the last closing left to the next.
SELECT closing, body FROM state WHERE id = 1 ORDER BY id
