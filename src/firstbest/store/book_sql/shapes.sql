-- How the rows of each folded table are packed.
SELECT name, columns FROM shape ORDER BY name
