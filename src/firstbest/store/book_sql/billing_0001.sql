-- The billing book: records in a chain, and usage events of outside services.
CREATE TABLE record (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    body BLOB NOT NULL,
    chain BLOB NOT NULL
) STRICT;
CREATE TABLE event (
    number INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    known_at INTEGER NOT NULL,
    closing INTEGER,
    UNIQUE (service, tenant, name)
) STRICT;
CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    closing INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
