"""Plays a shift against a running house: orders come in, hands pick and pack them, one pick in fifty is short.

    firstbest serve demo &
    python examples/play_a_shift.py --key fb_... --orders 50

Waves release work when they are due, and only while somebody is on shift; so at night there is nothing to pick, and the
driver says so. It speaks plain HTTP as any floor system would.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import time
from typing import Any


class Floor:
    """A client with one connection and a key."""

    def __init__(self, address: str, key: str) -> None:
        host, _, port = address.rpartition(":")
        self.connection = http.client.HTTPConnection(host, int(port), timeout=30)
        self.key = key
        self.sent = 0

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask once; writes carry a key of their own, so that a repetition does nothing twice."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if method == "POST":
            self.sent += 1
            headers["Idempotency-Key"] = f"shift-{time.time_ns()}-{self.sent}"
        self.connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        told = answer.read()
        return answer.status, json.loads(told) if told else None


def place(floor: Floor, count: int, chance: random.Random) -> int:
    """Place some orders of one to three lines; answers how many were promised."""
    items = [each["item"] for each in floor.ask("GET", "/v1/items")[1]["items"]]
    promised = 0
    for number in range(count):
        lines = [{"item": item, "quantity": 1} for item in chance.sample(items, chance.choice((1, 1, 1, 2, 3)))]
        order = {
            "order": f"shift-{int(time.time())}-{number}",
            "customer": f"customer {chance.randrange(1_000)}",
            "place": chance.choice(("100", "606", "752", "900")),
            "lines": lines,
        }
        status, told = floor.ask("POST", "/v1/orders", order)
        promised += status == http.client.CREATED and told["promised"]
    return promised


def pick_and_pack(floor: Floor, node: str, chance: random.Random) -> tuple[int, int]:
    """Pick and pack everything that is on a node's floor; answers shipments packed and lines found short."""
    packed, short = 0, 0
    _, work = floor.ask("GET", f"/v1/tasks?node={node}&kind=pick&limit=500")
    for task in work["tasks"]:
        found = []
        for line in task["lines"]:
            missing = chance.random() < 1 / 50
            short += missing
            found.append({"line": line["line"], "quantity": 0 if missing else line["quantity"]})
        path = f"/v1/orders/{task['order']}/shipments/{node}"
        floor.ask("POST", f"{path}/picked?attempt={task['attempt']}", {"lines": found})
        status, _ = floor.ask("POST", f"{path}/packed?attempt={task['attempt']}")
        packed += status == http.client.OK
    return packed, short


def main() -> None:
    """Play."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--address", default="127.0.0.1:8600")
    parser.add_argument("--key", required=True)
    parser.add_argument("--orders", type=int, default=50)
    options = parser.parse_args()
    floor, chance = Floor(options.address, options.key), random.Random(1)
    print(f"{place(floor, options.orders, chance)} of {options.orders} orders promised")
    nodes = [each["node"] for each in floor.ask("GET", "/v1/nodes")[1]["nodes"] if each["kind"] == "fulfilment"]
    for node in nodes:
        packed, short = pick_and_pack(floor, node, chance)
        words = f"{packed} shipments packed, {short} lines short"
        print(f"{node}: {words if packed or short else 'nothing is on the floor'}")


if __name__ == "__main__":
    main()
