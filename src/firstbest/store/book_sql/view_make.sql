-- Make the view in which a folded table's packed rows can be read as columns.
CREATE VIEW {view} AS SELECT {columns} FROM {source}
