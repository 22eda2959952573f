-- The first number beyond a tick.
SELECT first_number + numbers FROM tick WHERE tick <= ? ORDER BY tick DESC LIMIT 1
