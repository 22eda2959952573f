-- The sealed log: an envelope for each tick, its blocks of facts, and the layouts in which rows were packed.
CREATE TABLE layout (
    digest BLOB PRIMARY KEY,
    columns TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tick (
    tick INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    due INTEGER NOT NULL,
    at INTEGER NOT NULL,
    first_number INTEGER NOT NULL,
    numbers INTEGER NOT NULL,
    layout BLOB NOT NULL REFERENCES layout (digest),
    chain BLOB NOT NULL
) STRICT;

CREATE TABLE block (
    tick INTEGER NOT NULL REFERENCES tick (tick),
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    packed BLOB NOT NULL,
    PRIMARY KEY (tick, place)
) STRICT;

CREATE INDEX block_by_name ON block (name, tick, place);
