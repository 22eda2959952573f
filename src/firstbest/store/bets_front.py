"""Markdown with a head of YAML: the head as typed values with their lines, the body as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
import yaml

from firstbest.mechanisms.bets_text import TEXT_BYTES_MAX
from firstbest.store.faults import Fault, nearest, shown

T = TypeVar("T", bound=msgspec.Struct)
_FENCE: Final = "---"
_SAID: Final = re.compile(r"^Expected `(.+?)`(?: of length (\S+ \d+))?, got `?(.+?)`?(?: - at `\$(.*)`)?$")
_UNKNOWN: Final = re.compile(r"^Object contains unknown field `(.+?)`(?: - at `\$(.*)`)?$")
_LACKS: Final = re.compile(r"^Object missing required field `(.+?)`(?: - at `\$(.*)`)?$")
_TYPES: Final = {
    "float": "a number", "int": "a whole number", "str": "text", "array": "a list", "object": "keys and values",
    "null": "nothing", "bool": "true or false", "float | null": "a number", "object | null": "keys and values",
}  # fmt: skip
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class Head(NamedTuple):
    """A file taken apart. Lines are counted from 1 in the file."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    body: str
    body_line: int
    content: bytes


def head_of(content: bytes, file: str, faults: list[Fault]) -> Head | None:
    """A Markdown file as its head and body; None, and a fault, if it has no head that can be read."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        faults.append(Fault(file, 0, "", "text in UTF-8", f"byte {error.object[error.start]:#04x}"))
        return None
    if len(content) > TEXT_BYTES_MAX:
        faults.append(Fault(file, 0, "", f"{TEXT_BYTES_MAX:,} bytes at most", f"{len(content):,}"))
        return None
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines) if number and line.rstrip() == _FENCE), 0)
    if lines[0].rstrip() != _FENCE or not end:
        faults.append(Fault(file, 1, "", "a head of YAML between two lines '---'", shown(lines[0])))
        return None
    found = _yaml("\n".join(lines[1:end]), file, faults)
    if found is None:
        return None
    return Head(*found, "\n".join(lines[end + 1 :]), end + 2, content)


def _yaml(text: str, file: str, faults: list[Fault]) -> tuple[dict[str, Any], dict[str, int]] | None:
    """Values by key, and the line of each key in the file. Days stay as they are written."""
    loader = yaml.SafeLoader(text)
    resolvers = loader.yaml_implicit_resolvers.items()
    loader.yaml_implicit_resolvers = {
        first: [each for each in found if each[0] != "tag:yaml.org,2002:timestamp"] for first, found in resolvers
    }
    try:
        node = loader.get_single_node()
        if node is None:
            return {}, {}
        if not isinstance(node, yaml.MappingNode):
            faults.append(Fault(file, 2, "", "keys and values", "something else"))
            return None
        values = loader.construct_document(node)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        faults.append(
            Fault(file, mark.line + 2 if mark else 0, "", "valid YAML", getattr(error, "problem", "") or "none")
        )
        return None
    finally:
        loader.dispose()
    lines = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    if len(lines) < len(node.value):
        faults.append(Fault(file, 2, "", "every key once", "a key twice"))
    return {str(key): value for key, value in values.items() if value is not None}, lines


def typed_head(head: Head, declared: type[T], file: str, faults: list[Fault]) -> T | None:
    """The head as a declared structure: every key that does not fit is a fault with its line."""
    fields = {each.name: each for each in msgspec.structs.fields(declared)}
    kept, before = {}, len(faults)
    for key, value in head.values.items():
        line = head.lines.get(key, 0)
        if key not in fields:
            expected = f"one of {', '.join(fields)}"
            faults.append(Fault(file, line, key, expected, shown(key) + nearest(key, fields)))
            continue
        try:
            kept[key] = msgspec.convert(value, fields[key].type)
        except msgspec.ValidationError as error:
            faults.append(_fault(file, line, key, str(error), value))
    for name, field in fields.items():
        required = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        if required and name not in head.values:
            faults.append(Fault(file, 2, name, "a value", "nothing"))
    return declared(**kept) if len(faults) == before else None


def _fault(file: str, line: int, key: str, message: str, value: object) -> Fault:
    """A conversion's complaint as a fault."""
    if unknown := _UNKNOWN.match(message):
        return Fault(file, line, key + (unknown[2] or ""), "only keys that it has", shown(unknown[1]))
    if lacks := _LACKS.match(message):
        return Fault(file, line, key + (lacks[2] or ""), f"a value for '{lacks[1]}'", "none")
    if said := _SAID.match(message):
        found = shown(value) if not said[4] else _TYPES.get(said[3], said[3])
        return Fault(file, line, key + (said[4] or ""), _TYPES.get(said[1], said[1]), found)
    return Fault(file, line, key, "a value that fits", message)


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar."""
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
