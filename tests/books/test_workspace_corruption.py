"""Whatever a person does to one cell, `check` answers faults with their place, or the workspace compiles."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from firstbest.store.compile_network import compile_network
from firstbest.store.faults import Fault
from firstbest.store.workspace import check, load
from tests.books.small_workspace import FILES, ORDERS, write

TABLES = {name: text for name, text in FILES.items() if name.endswith(".csv")} | {"orders.csv": ORDERS}
DETAIL = {
    "policies.toml": """
[members]
on = "yes"
term_days = 30
fee = 8

[kits]
on = "yes"
""",
    "nature.toml": """
[members]
join_percent = 2
leave_percent = 20
more_percent = 10

[kits]
assemble_seconds = 30
""",
}
"""What is off by default is on here, so that what is corrupted is looked at."""
SETTINGS = {name: text + DETAIL.get(name, "") for name, text in FILES.items() if name.endswith(".toml")}
WRITTEN = st.one_of(
    st.sampled_from(
        ["", " ", "0", "-1", "1e308", "nan", "inf", "1,5", "x", "none", "daily", "Mon", "24:00",
         "2026-02-29", "allentown", "maker", "ontario", "secaucus", "kettle", "vans", "ground", "parcel",
         "own_van", "fulfilment", "yes", "UTC", "1_0", "9999-12-31", "0001-01-01", "Mon-Sat 25:00",
         "America", "../x", "\u00a0", "\u0660", "1" * 400, ";", "Mon 08:00;"]
    ),
    st.text(max_size=12),
    st.integers(-(10**19), 10**19).map(str),
    st.floats(allow_nan=True).map(str),
)  # fmt: skip
TOML_VALUES = st.one_of(
    st.sampled_from(
        ["0", "-1", "true", "''", "'x'", "[]", "{}", "[1]", "nan", "inf", "1e308", "2026-02-28", "07:32:00", "'12-31'",
         "2026-01-01T00:00:00Z", "'2026-03-02 25:00'", "[[1]]", "{a = 1}", "=", "'", "9" * 400, "'secaucus'", "['x']"]
    ),
    st.integers(-(2**70), 2**70).map(str),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corrupted")


def judged(folder: Path, **changed: str) -> None:
    """Faults name a file and what is expected; without faults the workspace compiles."""
    on = {name.replace(".", "_"): SETTINGS[name] for name in DETAIL}
    write(folder, **({"orders_csv": ORDERS} | on | changed))
    faults = check(folder)
    for fault in faults:
        assert isinstance(fault, Fault)
        assert fault.file
        assert fault.expected
        assert fault.row >= 0
        assert str(fault)
    event("faulty" if faults else "good")
    if not faults:
        compile_network(load(folder))


@given(data=st.data())
def test_one_cell(folder: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TABLES)))
    rows = list(csv.reader(io.StringIO(TABLES[name])))
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[row]) - 1))
    rows[row][column] = data.draw(WRITTEN.filter(lambda text: text.isprintable()))
    changed = io.StringIO()
    csv.writer(changed).writerows(rows)
    judged(folder, **{name.replace(".", "_").replace("/", "_"): changed.getvalue()})


@given(data=st.data())
def test_one_setting(folder: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SETTINGS)))
    lines = SETTINGS[name].splitlines()
    index = data.draw(st.sampled_from([number for number, line in enumerate(lines) if "=" in line]))
    lines[index] = f"{lines[index].split('=')[0]}= {data.draw(TOML_VALUES)}"
    judged(folder, **{name.replace(".", "_"): "\n".join(lines)})


@given(data=st.data())
def test_one_stretch_of_text(folder: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    text = SETTINGS.get(name, FILES[name])
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 30)))
    written = data.draw(st.text(st.characters(codec="utf-8"), max_size=5))
    judged(folder, **{name.replace(".", "_").replace("/", "_"): text[:start] + written + text[stop:]})
