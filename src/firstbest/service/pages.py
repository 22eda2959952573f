"""The API's pages: every route with its parameters and bodies, rendered here, without a foreign request."""

from __future__ import annotations

import html
from typing import Any, Final

from litestar import MediaType, Router, get

from firstbest.service.access import Http

STYLE: Final = """
:root { color-scheme: light dark; --line: #d5d9dd; --dim: #5c6670; --ink: #16191d; --paper: #fff; --soft: #f4f5f7; }
@media (prefers-color-scheme: dark) {
  :root { --line: #363c43; --dim: #9aa4ae; --ink: #e6e8ea; --paper: #14171a; --soft: #1c2024; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2.5rem 1.25rem 5rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.05rem; margin: 2.4rem 0 .6rem; }
p { margin: .3rem 0 .8rem; } .dim { color: var(--dim); }
code, pre, .path { font: 13.5px/1.5 ui-monospace, monospace; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px;
  padding: .8rem 1rem; overflow-x: auto; }
details { border-top: 1px solid var(--line); padding: .55rem 0; }
details:last-of-type { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; display: flex; gap: .9rem; align-items: baseline; list-style: none; flex-wrap: wrap; }
summary::-webkit-details-marker { display: none; }
summary:focus-visible { outline: 2px solid var(--dim); outline-offset: 3px; }
.way { width: 4.2rem; font: 600 12px/1.5 ui-monospace, monospace; }
.said { color: var(--dim); flex: 1 1 20rem; }
@media (min-width: 60rem) { .path { flex: 0 0 25.5rem; } .said { flex: 1 1 0; } }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 .8rem; font-size: 14px; }
td, th { text-align: left; border-top: 1px solid var(--line); padding: .3rem .8rem .3rem 0; vertical-align: top; }
th { font-weight: 600; color: var(--dim); border: 0; }
@media print { details { break-inside: avoid; } details > * { display: block; } }
"""
GROUPS: Final = {
    "quotes": "Quotes and orders", "orders": "Quotes and orders", "stock": "Stock", "inbound": "Goods coming in",
    "tasks": "The floor's work", "cargo": "The floor's work", "counts": "The floor's work", "hours": "The floor's work",
    "members": "Customers", "contacts": "Customers", "webhooks": "Webhooks", "items": "The network",
    "nodes": "The network", "today": "The network", "problems": "The network", "changes": "Changes",
    "rehearsals": "Changes", "usage": "Bills", "forecast": "Bills", "invoices": "Bills", "disputes": "Bills",
    "service-credits": "Bills", "limits": "Bills", "keys": "Keys",
}  # fmt: skip


def page(schema: dict[str, Any], house: str) -> str:
    """All routes of a description as one page; `house`: where it is served, such as http://127.0.0.1:8600."""
    groups: dict[str, list[str]] = {}
    for path, ways in sorted(schema["paths"].items()):
        parts = path.strip("/").split("/")
        group = GROUPS.get(parts[1] if len(parts) > 1 else parts[0], "Service")
        for method, way in sorted(ways.items()):
            groups.setdefault(group, []).append(route(schema, path, method, way))
    order = [*dict.fromkeys(GROUPS.values()), "Service"]
    body = "".join(f"<h2>{name}</h2>{''.join(groups[name])}" for name in order if name in groups)
    first = (
        "curl -H 'Authorization: Bearer fb_...' -H 'Content-Type: application/json' \\\n  -d "
        '\'{"customer": "ann", "place": "100", "lines": [{"item": "H0001", "quantity": 1}]}\' \\\n  '
        f"{house}/v1/quotes"
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>firstbest: the API</title><style>{STYLE}</style>"
        f"<h1>firstbest: the API</h1><p class=dim>Version {html.escape(schema['info']['version'])}. "
        f"As data: <a href=/openapi.json>openapi.json</a> (OpenAPI 3.1).</p>"
        "<p>Send your key as a bearer. Writes take an <code>Idempotency-Key</code>: the same key with the same body "
        "does its work once and is answered alike. Money is in millionths, instants in microseconds since 1970 UTC. "
        "What goes wrong is told as RFC 9457 says, with <code>Retry-After</code> where it is worth coming again.</p>"
        f"<pre>{html.escape(first)}</pre>{body}</html>"
    )


def route(schema: dict[str, Any], path: str, method: str, way: dict[str, Any]) -> str:
    """One route."""
    said = " ".join(str(way.get("description") or way.get("summary") or "").split())
    rows = [
        (each["name"], each["in"], shape(schema, each.get("schema", {})), "" if each.get("required") else "optional")
        for each in way.get("parameters", [])
    ]
    content = way.get("requestBody", {}).get("content", {}).get("application/json", {})
    rows += fields(schema, content.get("schema", {}))
    cells = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><tr><th>name<th>in<th>what<th></tr>{cells}</table>" if rows else ""
    return (
        f"<details><summary><span class=way>{method.upper()}</span><span class=path>{html.escape(path)}</span>"
        f"<span class=said>{html.escape(said.split('. ')[0].rstrip('.'))}</span></summary><p>{html.escape(said)}</p>"
        f"{table}</details>"
    )


def fields(schema: dict[str, Any], body: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Fields of a body."""
    found = resolved(schema, body)
    needed = found.get("required", [])
    return [
        (name, "body", shape(schema, each), "" if name in needed else "optional")
        for name, each in found.get("properties", {}).items()
    ]


def resolved(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A part of the description, by its name where it has one."""
    if "$ref" in part:
        found: dict[str, Any] = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
        return found
    return part


def shape(schema: dict[str, Any], part: dict[str, Any]) -> str:
    """What a value looks like, in a few words."""
    found = resolved(schema, part)
    if "oneOf" in found or "anyOf" in found:
        parts = [shape(schema, each) for each in found.get("oneOf") or found.get("anyOf") or []]
        return " or ".join(each for each in parts if each != "null")
    if "enum" in found:
        return " | ".join(str(each) for each in found["enum"])
    if found.get("type") == "array":
        inner = resolved(schema, found.get("items", {}))
        names = ", ".join(inner.get("properties", {})) or shape(schema, inner)
        return f"list of ({names})" if inner.get("properties") else f"list of {names}"
    words = str(found.get("type", "value"))
    low, high = (found.get(name) for name in ("minimum", "maximum"))
    if low is not None or high is not None:
        words += f" {low if low is not None else ''} to {high if high is not None else ''}"
    longest = found.get("maxLength")
    return f"{words}, {longest} characters at most" if longest else words


@get("/docs", media_type=MediaType.HTML, include_in_schema=False)
async def docs(request: Http) -> str:
    """The API's pages."""
    return page(request.app.openapi_schema.to_schema(), str(request.base_url).rstrip("/"))


ROUTER = Router(path="/", route_handlers=[docs])
