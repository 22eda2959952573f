"""Every route, asked as its own description says, and then not quite so: answers, never a fault of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET
from schemathesis.schemas import APIOperation

from firstbest.service.app import make_app
from firstbest.service.problems import MEDIA, TITLES
from tests.doors.served import Served, served

DESCRIBED = make_app(cast("Any", None)).openapi_schema.to_schema()
OPERATIONS: dict[str, APIOperation[Any, Any, Any, Any]] = {
    each.ok().label: each.ok() for each in schemathesis.openapi.from_dict(DESCRIBED).get_all_operations()
}
EXAMPLES = 3
TOLD = {status for status, _ in TITLES.values()} - {500}


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
        one.order("there")
        yield one


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

        @settings(
            max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=cases)
        def ask(case: Any) -> None:
            answer = asked(house, case)
            told[answer.status_code < 400] += 1
            assert answer.status_code < 400 or answer.status_code in TOLD, answer.text
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == MEDIA, answer.text

        ask()
    assert sum(told.values()), "nothing was asked"
