-- When the last tick up to a number was sealed.
SELECT at FROM tick WHERE tick <= ? ORDER BY tick DESC LIMIT 1
