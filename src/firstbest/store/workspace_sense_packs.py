"""What must hold of cases and pallets: levels that hold whole lower ones, orders in levels that there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from firstbest.store.faults import Fault
from firstbest.store.workspace_typed import Workspace

_BELOW: Final = {"case": ("inner",), "pallet": ("case", "inner")}
_SIZES: Final = ("quantity", "weight_kg", "volume_l")


def pack_faults(workspace: Workspace) -> Iterator[Fault]:
    """Faults of levels in packs.csv and orders.csv, and of pallets that are to be kept and are not known."""
    yield from _kept(workspace)
    yield from _levels(workspace)
    yield from _asked(workspace)


def _kept(workspace: Workspace) -> Iterator[Fault]:
    """Pallets are kept where levels are, and of some item."""
    rules = workspace.section("policies", "levels")
    if not rules["pallets"]:
        return
    if not rules["on"]:
        yield Fault("policies.toml", rules.line, "levels.pallets", "no, or levels.on = yes", "yes")
    elif "pallet" not in set(workspace.frame("packs").texts("level")):
        expected = "no, or a row of packs.csv whose level is pallet"
        yield Fault("policies.toml", rules.line, "levels.pallets", expected, "yes")


def _levels(workspace: Workspace) -> Iterator[Fault]:
    """A higher level holds whole lower ones, and more of them than one; what is heavier holds more."""
    packs = workspace.frame("packs")
    known: dict[str, dict[str, tuple[int, float, float]]] = {}
    columns = (packs.texts("item"), packs.texts("level"), *(packs.numbers(name).tolist() for name in _SIZES))
    for item, level, quantity, weight, volume in zip(*columns, strict=True):
        known.setdefault(item, {})[level] = (quantity, weight, volume)
    for row, item, level in zip(packs.rows.tolist(), packs.texts("item"), packs.texts("level"), strict=True):
        lower = next((each for each in _BELOW.get(level, ()) if each in known[item]), "")
        if not lower:
            continue
        less, more = known[item][lower], known[item][level]
        if more[0] <= less[0] or more[0] % less[0]:
            expected = f"a multiple of the {less[0]:g} units of a {lower} of {item}, more than one"
            yield Fault(packs.file, row, "quantity", expected, f"{more[0]:g}")
        for place, name, unit in ((1, "weight_kg", "kg"), (2, "volume_l", "l")):
            if more[place] < less[place]:
                expected = f"{less[place]:g} {unit} of a {lower} of {item} or more"
                yield Fault(packs.file, row, name, expected, f"{more[place]:g}")


def _asked(workspace: Workspace) -> Iterator[Fault]:
    """Orders in cases or pallets are of items that have them."""
    orders, packs = workspace.frame("orders"), workspace.frame("packs")
    levels = orders.texts("level")
    if not set(levels) - {"each"}:
        return
    known = set(zip(packs.texts("item"), packs.texts("level"), strict=True))
    for row, item, level in zip(orders.rows.tolist(), orders.texts("item"), levels, strict=True):
        if level != "each" and (item, level) not in known:
            yield Fault(orders.file, row, "level", f"each, or a row of packs.csv for a {level} of {item}", level)
