"""Faults of change files: each with its line, its operation and its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstbest.store.changes import load_changed
from firstbest.store.changes_words import KINDS, LATER
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.init import BUILTIN
from firstbest.store.schema import table

FOLDER = Path(str(BUILTIN))


def faults_of(tmp_path: Path, text: str) -> list[Fault]:
    path = tmp_path / "changes" / "ours.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text('title = "ours"\n' + text)
    with pytest.raises(WorkspaceFaulty) as raised:
        load_changed(FOLDER, path)
    return list(raised.value.faults)


FAULTS = {
    "unknown kind": ('[[operation]]\nkind = "open_nod"\n', "operation 1, kind", 3, "(nearest: 'open_node')"),
    "unknown key": ('[[operation]]\nkind = "roster"\nnod = "dallas"\n', "operation 1, nod", 4, "(nearest: 'node')"),
    "unknown node": (
        '[[operation]]\nkind = "close_node"\nnode = "allentwon"\n',
        "operation 1, node",
        4,
        "'allentwon' (nearest: 'allentown')",
    ),
    "unknown column": (
        '[[operation]]\nkind = "set"\nfile = "nodes"\nkey = "dallas"\ncolumn = "cutoff"\nvalue = "17:00"\n',
        "operation 1, column",
        6,
        "'cutoff' (nearest: 'cut_off')",
    ),
    "faulty value": (
        '[[operation]]\nkind = "set"\nfile = "nodes"\nkey = "dallas"\ncolumn = "cut_off"\nvalue = "25:00"\n',
        "operation 1, value, cut_off",
        7,
        "'25:00'",
    ),
    "value without sense": (
        '[[operation]]\nkind = "set"\nfile = "nodes"\nkey = "dallas"\ncolumn = "cut_off"\nvalue = "19:00"\n',
        "operation 1, value, cut_off",
        7,
        "19:00",
    ),
    "nothing changes": (
        '[[operation]]\nkind = "set"\nfile = "nodes"\nkey = "dallas"\ncolumn = "cut_off"\nvalue = "14:00"\n',
        "operation 1, value",
        7,
        "'14:00'",
    ),
    "no operation": ("", "operation", 0, "none"),
    "physics on the way": (
        (
            '[[operation]]\nkind = "set"\nfrom = 2026-05-01\nfile = "labour"\nkey = "dallas pack"\n'
            'column = "units_hour"\nvalue = 30\n'
        ),
        "operation 1, value",
        8,
        "a part of the time",
    ),
    "demand without days": ('[[operation]]\nkind = "demand"\nfactor = 2\n', "operation 1", 2, "none"),
    "too many taken away": (
        '[[operation]]\nkind = "roster"\nnode = "dallas"\nprocess = "pack"\nadd_heads = -99\n',
        "operation 1, add_heads",
        6,
        "-99",
    ),
    "a feeder that closes": (
        '[[operation]]\nkind = "close_node"\nnode = "riverside"\n',
        "operation 1, node",
        4,
        "'riverside', which closes",
    ),
    "a name that is taken": (
        (
            '[[operation]]\nkind = "add_lane"\nlane = "ningbo_la"\n[operation.columns]\norigin = "ningbo"\n'
            'destination = "port_la"\nmode = "ocean"\ncapacity_m3 = 1\ncapacity_kg = 1\ntransit_days = 1\n'
            'departures = "daily 12:00"\n'
        ),
        "operation 1, lane",
        4,
        "as in row 2",
    ),
    "a centre without people": (
        (
            '[[operation]]\nkind = "open_node"\nnode = "reno"\n[operation.columns]\nkind = "storage"\n'
            'latitude = 39\nlongitude = -119\ntime_zone = "America/Los_Angeles"\n'
            '[[operation.labour]]\nprocess = "load"\nheads = 2\nunits_hour = 9\nwage_hour = 9\n'
        ),
        "operation 1, labour",
        2,
        "none",
    ),
    "a number as text": (
        '[[operation]]\nkind = "fleet"\nnode = "vernon"\nadd_vans = "4"\n',
        "operation 1, add_vans",
        5,
        "without quotes",
    ),
    "after the end": (
        '[[operation]]\nkind = "policy"\nfrom = 2027-05-01\nkey = "floor.wave_minutes"\nvalue = 60\n',
        "operation 1, from",
        4,
        "a later one",
    ),
    "unknown policy": (
        '[[operation]]\nkind = "policy"\nkey = "floor.wave_minute"\nvalue = 60\n',
        "operation 1, value",
        5,
        "(nearest: 'wave_minutes')",
    ),
    "policy without sense": (
        '[[operation]]\nkind = "policy"\nkey = "floor.wave_minutes"\nvalue = 61\n',
        "operation 1, value, floor.wave_minutes",
        5,
        "61",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults_are_located_in_the_change_file(tmp_path: Path, case: str) -> None:
    text, column, row, found = FAULTS[case]
    faults = faults_of(tmp_path, text)
    assert any(each.column == column and each.row == row and found in each.found for each in faults), [
        *map(str, faults)
    ]
    assert all(each.file == "changes/ours.toml" for each in faults)


def test_faults_of_all_operations_are_shown_together(tmp_path: Path) -> None:
    one = '[[operation]]\nkind = "close_node"\nnode = "{}"\n'
    faults = faults_of(tmp_path, one.format("nowhere") + one.format("neverland"))
    assert [each.column for each in faults] == ["operation 1, node", "operation 2, node"]


def test_a_faulty_workspace_is_told_first(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceFaulty, match="expected a folder with a workspace"):
        load_changed(tmp_path / "none", FOLDER / "changes/cut_off_17.toml")
    with pytest.raises(WorkspaceFaulty, match="expected a change file, found none"):
        load_changed(FOLDER, tmp_path / "none.toml")


def test_what_may_change_on_the_way_is_declared() -> None:
    for name, columns in LATER.items():
        assert columns <= {each.name for each in table(name).columns}


def test_docs_describe_every_kind() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs/changes.md").read_text("utf-8")
    for kind in KINDS.values():
        assert f"### {kind.name}" in text, kind.name
        for name in (*(each.name for each in kind.keys), *kind.tables, *kind.lists, *kind.free):
            part = text.split(f"### {kind.name}\n", 1)[1].split("\n### ", 1)[0]
            assert f"`{name}`" in part, (kind.name, name)
