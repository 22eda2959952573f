-- A book in PostgreSQL: the sealed log, what is sealed beside it, movements of stock, who writes.
CREATE TABLE book_version (version integer NOT NULL);

INSERT INTO book_version (version) VALUES (0);

CREATE TABLE layout (
    digest bytea PRIMARY KEY,
    columns text COLLATE "C" NOT NULL
);

CREATE TABLE tick (
    tick bigint PRIMARY KEY,
    kind bigint NOT NULL,
    due bigint NOT NULL,
    at bigint NOT NULL,
    first_number bigint NOT NULL,
    numbers bigint NOT NULL,
    layout bytea NOT NULL,
    chain bytea NOT NULL,
    actual_us bigint,
    code bytea,
    policy bytea
);

CREATE INDEX tick_by_number ON tick (first_number);

CREATE INDEX tick_by_instant ON tick (at);

-- No foreign keys: a look-up for each row costs more than the row, and `book verify` finds strays.
CREATE TABLE block (
    tick bigint NOT NULL,
    place bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    packed bytea NOT NULL,
    PRIMARY KEY (tick, place)
);

CREATE INDEX block_by_name ON block (name, tick, place);

CREATE TABLE admitted (
    tick bigint PRIMARY KEY,
    commands bytea NOT NULL,
    lines bytea NOT NULL
);

CREATE TABLE order_tick (
    "order" bigint NOT NULL,
    tick bigint NOT NULL,
    PRIMARY KEY ("order", tick)
);

CREATE TABLE posting (
    item bigint NOT NULL,
    node bigint NOT NULL,
    number bigint NOT NULL,
    ordinal bigint NOT NULL,
    bucket bigint NOT NULL,
    quantity bigint NOT NULL,
    at bigint NOT NULL,
    tenant bigint NOT NULL,
    PRIMARY KEY (item, node, number, ordinal, bucket)
);

CREATE TABLE shape (
    name text COLLATE "C" PRIMARY KEY,
    columns text COLLATE "C" NOT NULL
);

CREATE TABLE pending (
    tick bigint PRIMARY KEY,
    changes bytea NOT NULL
);

CREATE TABLE lease (
    one bigint PRIMARY KEY CHECK (one = 1),
    epoch bigint NOT NULL,
    holder text NOT NULL,
    address text NOT NULL,
    seen_us bigint NOT NULL
);

INSERT INTO lease (one, epoch, holder, address, seen_us) VALUES (1, 0, '', '', 0);

-- A number out of a packed row: little-endian, signed, of `width` bytes from `start` on.
CREATE FUNCTION packed_int(packed bytea, start integer, width integer) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT bit_or(get_byte(packed, start + n)::bigint << (8 * n) ORDER BY n) << (64 - 8 * width) >> (64 - 8 * width)
    FROM generate_series(0, width - 1) AS n
$$;
