"""The side tables: what the doors remember beside the facts. A new one is one declaration in `SIDES`.

Personal data stand in `RECORD` and `THING` only, so that they can be erased; facts know digests and codes.
"""

from __future__ import annotations

from typing import Final

from firstbest.store.beside import Side

NAMED: Final = Side(
    "named",
    (("kind", "int"), ("tenant", "int"), ("text", "text"), ("code", "int")),
    key=("kind", "tenant", "text"),
    indexes=(("kind", "code"),),
)
"""Dense codes of texts (orders, customers, ...), given in the writer's transaction."""
IDEMPOTENCY: Final = Side(
    "idempotency",
    (("key", "bytes"), ("digest", "bytes"), ("number", "int"), ("until_us", "int"), ("tenant", "int")),
    key=("key",),
)
"""Which command an idempotency key became: key, 16 bytes, of tenant, route and key; digest of the body."""
RECORD: Final = Side(
    "record",
    (("digest", "bytes"), ("kind", "int"), ("tenant", "int"), ("body", "json")),
    key=("digest",),
)
"""What a digest in a fact stands for; erasing the row erases the person."""
OUTBOX: Final = Side(
    "outbox",
    (
        ("id", "int"), ("tenant", "int"), ("due_us", "int"), ("tries", "int"), ("kind", "text"), ("body", "json"),
        ("state", "int"),
    ),
    key=("id",),
    indexes=(("state", "due_us"),),
)  # fmt: skip
"""Effects still to be had outside, each at least once."""
KEYRING: Final = Side(
    "keyring",
    (
        ("hash", "bytes"), ("tenant", "int"), ("scopes", "text"), ("name", "text"), ("made_us", "int"),
        ("revoked_us", "int"),
    ),
    key=("hash",),
    indexes=(("tenant",),),
)  # fmt: skip
"""Keys to the API, by the hash of the secret only; revoked_us 0: in force."""
HOOK: Final = Side(
    "hook",
    (
        ("id", "int"), ("tenant", "int"), ("url", "text"), ("secret", "bytes"), ("secret_old", "bytes"),
        ("state", "int"), ("made_us", "int"),
    ),
    key=("id",),
    indexes=(("tenant",),),
)  # fmt: skip
"""Where webhooks go; two secrets while they rotate."""
META: Final = Side("meta", (("name", "text"), ("tenant", "int"), ("value", "json")), key=("name",))
"""Single values by name."""
THING: Final = Side(
    "thing",
    (("kind", "text"), ("tenant", "int"), ("id", "text"), ("version", "int"), ("updated_us", "int"), ("body", "json")),
    key=("kind", "tenant", "id"),
    indexes=(("tenant", "kind"),),
)
"""Documents of the doors: members, inbound shipments, contacts, complaints; `version` is the ETag."""

SIDES: Final = (NAMED, IDEMPOTENCY, RECORD, OUTBOX, KEYRING, HOOK, META, THING)
