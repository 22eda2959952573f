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
CREATE TABLE job (
    number INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    asked TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    cpu_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE file (
    number INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    digest TEXT NOT NULL,
    kept_from INTEGER NOT NULL,
    kept_until INTEGER
) STRICT;
