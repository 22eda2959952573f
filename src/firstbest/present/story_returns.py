"""The return in an order's story: what was asked, what came, what it was found to be and became, what was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from firstbest.present import text
from firstbest.present.pictures_care import CONTACTS
from firstbest.present.pictures_returns import REASONS, WAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from firstbest.world.network import Network

    Rows = Mapping[str, NDArray[np.void]]

GRADES: Final = ("sellable", "opened", "broken")
REFUSED: Final = (
    "", "nothing of it is at the door, or no longer known", "its window is over", "more than was delivered",
    "it is on its way already", "no such line",
)  # fmt: skip
WHEN: Final = ("at once", "after inspection", "and the customer keeps it", "charged again")


def events(network: Network, rows: Rows) -> list[tuple[int, int, str]]:
    """(instant, node whose clock it is told by, words) of everything about the order's returns."""
    found = []
    for name, (node, say) in _SAID.items():
        for row in rows.get(name, ()):
            found.append((int(row["at"]), int(row[node]), say(network, row)))  # noqa: PERF401
    return found


def _units(network: Network, row: np.void) -> str:
    return f"{int(row['quantity'])} {text.TIMES} {network.texts.items[int(row['item'])]}"


def _authorised(network: Network, row: np.void) -> str:
    way = f"to {network.texts.nodes[int(row['to_node'])]}" if int(row["way"]) == 0 else "the customer keeps it"
    return f"return of {_units(network, row)} authorised ({REASONS[int(row['reason'])]}), {way}"


def _refused(network: Network, row: np.void) -> str:
    return f"return of {_units(network, row)} refused: {REFUSED[int(row['why'])]}"


def _inspected(network: Network, row: np.void) -> str:
    return f"{_units(network, row)} inspected: {GRADES[int(row['grade'])]}"


def _disposed(network: Network, row: np.void) -> str:
    currency = network.texts.currency
    worth = f"worth {text.money(int(row['value']) / 1e6, currency, 2)}"
    second = int(row["second"])
    other = f"; {WAYS[second]}: {text.money(int(row['second_value']) / 1e6, currency, 2)}" if second < len(WAYS) else ""
    return f"{_units(network, row)}: {WAYS[int(row['disposition'])]}, {worth}{other}"


def _refunded(network: Network, row: np.void) -> str:
    return f"refund of {text.money(int(row['amount']) / 1e6, network.texts.currency, 2)}, {WHEN[int(row['when'])]}"


def _restocked(network: Network, row: np.void) -> str:
    return f"{_units(network, row)} on the shelf again"


def _contacted(_: Network, row: np.void) -> str:
    return f"the customer asked: {CONTACTS[int(row['reason'])]}"


def _made_good(network: Network, row: np.void) -> str:
    return f"{text.money(int(row['amount']) / 1e6, network.texts.currency, 2)} paid back for it"


def _replaced(network: Network, row: np.void) -> str:
    worth = text.money(int(row["amount"]) / 1e6, network.texts.currency, 2)
    units = int(row["units"])
    return f"{units} unit{'s' if units != 1 else ''} sent again, worth {worth}: order {int(row['again'])}"


def _replacement_ended(network: Network, row: np.void) -> str:
    paid = int(row["amount"])
    rest = f", {text.money(paid / 1e6, network.texts.currency, 2)} paid back for what of it never left" if paid else ""
    return f"what was sent again is done with{rest}"


def _claim_filed(network: Network, row: np.void) -> str:
    amount = text.money(int(row["amount"]) / 1e6, network.texts.currency, 2)
    return f"{amount} claimed from {network.texts.carriers[int(row['carrier'])]}"


def _claim_settled(network: Network, row: np.void) -> str:
    paid = int(row["amount"])
    amount = text.money(paid / 1e6, network.texts.currency, 2)
    return f"{network.texts.carriers[int(row['carrier'])]} {f'paid {amount}' if paid else 'refused the claim'}"


_SAID: Final[dict[str, tuple[str, Callable[[Network, np.void], str]]]] = {
    "return_authorised": ("to_node", _authorised), "return_refused": ("node", _refused),
    "inspected": ("node", _inspected), "disposed": ("node", _disposed), "refunded": ("node", _refunded),
    "restocked": ("node", _restocked), "contacted": ("node", _contacted), "made_good": ("node", _made_good),
    "replaced": ("node", _replaced), "replacement_ended": ("node", _replacement_ended),
    "claim_filed": ("node", _claim_filed), "claim_settled": ("node", _claim_settled),
}  # fmt: skip


def costs(network: Network, rows: Rows) -> list[tuple[str, int]]:
    """What the order's returns cost by themselves."""
    disposed, cost = rows.get("disposed", ()), network.items.cost
    lost = sum(int(row["quantity"]) * int(cost[int(row["item"])]) - int(row["value"]) for row in disposed)
    kept = [row for row in rows.get("return_authorised", ()) if int(row["way"]) == 1]
    lost += sum(int(row["quantity"]) * int(cost[int(row["item"])]) for row in kept)
    harm = sum(int(row["amount"]) for name in ("made_good", "replacement_ended") for row in rows.get(name, ()))
    harm -= sum(int(row["amount"]) for row in rows.get("claim_settled", ()))
    asked = sum(int(row["cost"]) for row in rows.get("contacted", ()))
    return [
        ("value lost on return", lost),
        ("handling what came back", sum(int(row["cost"]) for row in disposed)),
        ("paid back for harm", harm),
        ("contacts", asked),
    ]
