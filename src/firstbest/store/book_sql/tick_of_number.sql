-- The last tick that begins at or below a number.
SELECT tick, first_number, numbers FROM tick WHERE first_number <= ? ORDER BY first_number DESC, tick DESC LIMIT 1
