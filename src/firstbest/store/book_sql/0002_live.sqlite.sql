-- What a live house seals beside its facts: commands, envelope, orders' ticks, movements of stock, who writes.
ALTER TABLE tick ADD COLUMN actual_us INTEGER;
ALTER TABLE tick ADD COLUMN code BLOB;
ALTER TABLE tick ADD COLUMN policy BLOB;

CREATE INDEX tick_by_number ON tick (first_number);

CREATE INDEX tick_by_instant ON tick (at);

CREATE TABLE admitted (
    tick INTEGER PRIMARY KEY REFERENCES tick (tick),
    commands BLOB NOT NULL,
    lines BLOB NOT NULL
) STRICT;

CREATE TABLE order_tick (
    "order" INTEGER NOT NULL,
    tick INTEGER NOT NULL,
    PRIMARY KEY ("order", tick)
) STRICT, WITHOUT ROWID;

CREATE TABLE posting (
    item INTEGER NOT NULL,
    node INTEGER NOT NULL,
    number INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    at INTEGER NOT NULL,
    tenant INTEGER NOT NULL,
    PRIMARY KEY (item, node, number, ordinal, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE shape (
    name TEXT PRIMARY KEY,
    columns TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,
    holder TEXT NOT NULL,
    address TEXT NOT NULL,
    seen_us INTEGER NOT NULL
) STRICT;

INSERT INTO lease (one, epoch, holder, address, seen_us) VALUES (1, 0, '', '', 0);

CREATE TABLE pending (
    tick INTEGER PRIMARY KEY,
    changes BLOB NOT NULL
) STRICT;
