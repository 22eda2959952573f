-- The first number beyond all ticks up to an instant.
SELECT first_number + numbers FROM tick WHERE at <= ? ORDER BY at DESC, tick DESC LIMIT 1
