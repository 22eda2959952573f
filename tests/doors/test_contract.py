"""Every route, asked as its own description says, and then not quite so: answers, never a fault of ours.

What is drawn from a description hardly ever names what is there, so parts of a path are also taken from the house's own
names; and the routes whose bodies are rows (NDJSON, CSV), which no description holds, are sent rows of their own.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET
from schemathesis.schemas import APIOperation

from firstbest.service.app import make_app
from firstbest.service.bills import Bills
from firstbest.service.problems import MEDIA, TITLES
from tests.doors.served import Served, served

DESCRIBED = make_app(cast("Any", None)).openapi_schema.to_schema()
OPERATIONS: dict[str, APIOperation[Any, Any, Any, Any]] = {
    each.ok().label: each.ok() for each in schemathesis.openapi.from_dict(DESCRIBED).get_all_operations()
}
EXAMPLES = 3
TOLD = {status for status, _ in TITLES.values()} - {500}
QUIETLY = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
KNOWN = {
    "order": ("there", "held", "gone"), "node": ("ontario", "secaucus"), "item": ("kettle", "towel"),
    "inbound": ("IN",), "member": ("ann",), "contact": ("C1",), "month": ("2026-03",), "attempt": (0,), "name": ("r1",),
}  # fmt: skip
"""Names of what is in the house."""
SHEETS = {
    "POST /v1/orders/bulk": ("order", "customer", "place", "item", "quantity", "lines", "fill", "hold"),
    "POST /v1/orders/bulk/hold": ("order",),
    "POST /v1/orders/bulk/release": ("order",),
    "POST /v1/orders/bulk/cancel": ("order",),
    "POST /v1/inbound/bulk": ("inbound", "node", "item", "quantity", "expected_us"),
    "POST /v1/counts/bulk": ("node", "item", "quantity"),
    "POST /v1/usage": ("source", "id", "tenant", "meter", "at", "quantity"),
}
"""Routes whose body is rows, and the columns of these."""
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "order": st.sampled_from(("there", "held", "new", "newer", "")), "customer": st.just("ann"),
    "place": st.sampled_from(("606", "nowhere")), "item": st.sampled_from(("kettle", "towel", "nothing")),
    "node": st.sampled_from(("ontario", "nowhere")), "quantity": st.integers(-1, 3), "expected_us": st.integers(0, 9),
    "inbound": st.sampled_from(("IN", "IN2")), "fill": st.sampled_from(("all", "rest_waits", "whole_waits", "some")),
    "hold": st.booleans(), "lines": st.just([{"item": "kettle", "quantity": 1}]), "tenant": st.just("guest"),
    "meter": st.sampled_from(("api_calls", "other")), "at": st.sampled_from(("2026-03-20T10:00:00Z", "then")),
}  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


class Forks:
    """Takes every rehearsal and runs none."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def begin(self, ask: object) -> str:
        assert ask is not None
        return "r1"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("contract")) as one:
        one.app.app.state["rehearsals"] = Forks()
        bills = Bills(tmp_path_factory.mktemp("bills"), one.book.reader)
        one.app.app.state["bills"] = bills
        goods = {"inbound": "IN", "node": "ontario", "item": "towel", "quantity": 9, "expected_us": 1}
        stands = [
            *(one.order(name) for name in ("there", "held", "gone")), one.post("/v1/orders/held/hold"),
            one.post("/v1/orders/gone/cancel"), one.post("/v1/inbound", goods),
            one.ask("PUT", "/v1/members/ann", {"state": "joined", "since_us": 1, "until_us": 2}),
            one.ask("PUT", "/v1/contacts/C1", {"order": "there", "kind": "praise", "words": "good"}),
        ]  # fmt: skip
        assert {answer.status_code for answer in stands} <= {200, 201}, [answer.text for answer in stands]
        yield one
        bills.close()


def sheet(data: st.DataObject, columns: tuple[str, ...]) -> tuple[bytes, str]:
    """A body of rows, as NDJSON or CSV, and of what kind it says that it is."""
    row = st.fixed_dictionaries({}, optional={name: VALUES.get(name, ANYTHING) | ANYTHING for name in columns})
    whole = st.fixed_dictionaries({name: VALUES.get(name, st.just("x")) for name in columns})
    rows = data.draw(st.lists(whole | row, max_size=4))
    if data.draw(st.booleans()):
        text = io.StringIO()
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode("utf-8", "replace"), "text/csv"
    lines = [msgspec.json.encode(each) for each in rows] + data.draw(st.lists(st.binary(max_size=6), max_size=1))
    return b"\n".join(lines), data.draw(st.sampled_from(("application/x-ndjson", "application/json", "text/csv")))


def as_told(answer: Any) -> None:
    """No fault of ours, and what is refused is told as a problem."""
    assert answer.status_code < 400 or answer.status_code in TOLD, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == MEDIA, answer.text


def asked(house: Served, case: Any) -> Any:
    """The answer to a drawn request, to the owner."""
    more: dict[str, Any] = {}
    if case.body is not NOT_SET:
        more = {"content": case.body} if isinstance(case.body, bytes) else {"json": case.body}
    headers = {name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"}
    headers["Authorization"] = f"Bearer {house.keys['owner']}"
    return house.client.request(case.method, case.formatted_path, params=case.query, headers=headers, **more)


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_request_meets_a_fault_of_ours(house: Served, label: str) -> None:
    told: Counter[bool] = Counter()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        try:
            cases = OPERATIONS[label].as_strategy(generation_mode=mode)
        except Exception:  # noqa: BLE001 - a route without parameters has nothing to be wrong
            assert mode is GenerationMode.NEGATIVE
            continue

        @QUIETLY
        @given(case=cases, data=st.data())
        def ask(case: Any, data: st.DataObject) -> None:
            if data.draw(st.booleans()):
                for name in set(case.path_parameters or ()) & set(KNOWN):
                    case.path_parameters[name] = data.draw(st.sampled_from(KNOWN[name]))
            answer = asked(house, case)
            told[answer.status_code < 400] += 1
            as_told(answer)

        ask()
    assert sum(told.values()), "nothing was asked"


def test_every_route_whose_body_is_rows_is_sent_some() -> None:
    assert (
        {label for label in OPERATIONS if label.endswith("/bulk") or "/bulk/" in label}
        <= set(SHEETS)
        <= set(OPERATIONS)
    )


@pytest.mark.parametrize("label", sorted(SHEETS))
def test_no_rows_meet_a_fault_of_ours(house: Served, label: str) -> None:
    method, path = label.split()
    told: Counter[int] = Counter()

    @settings(QUIETLY, max_examples=10 * EXAMPLES)
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        body, kind = sheet(data, SHEETS[label])
        answer = house.ask(method, path, body, Content_Type=kind)
        told[answer.status_code] += 1
        as_told(answer)

    ask()
    assert told[200] >= 3, "some rows must be answered one by one"
