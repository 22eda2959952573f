-- All layouts in which rows were ever packed.
SELECT digest, columns FROM layout ORDER BY digest
