-- Drop the view of a folded table.
DROP VIEW IF EXISTS {view}
