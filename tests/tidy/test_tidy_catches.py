"""Each tidy rule against an offender that it must catch and a neighbour that it must not.

A test that cannot fail is no test.
"""

from collections.abc import Callable, Iterable, Iterator
from textwrap import dedent

import pytest

from tests.tidy import allowance, borrowed_arrays, kernel_globals, purity, shape, texts
from tests.tidy.sources import Offence, Source, source

HERE = "src/firstbest/decide/promise.py"
LONG_BODY = "    x = 1\n"


def measures(rule: Callable[[Source], Iterable[Offence]], text: str, path: str = HERE) -> list[int]:
    return [offence.measure for offence in rule(source(path, dedent(text)))]


def test_function_lines() -> None:
    described = 'def f():\n    """One.\n\n    Two.\n    """\n'

    assert measures(shape.long_functions, "def f():\n" + LONG_BODY * 60) == [61]
    assert measures(shape.long_functions, "def f():\n" + LONG_BODY * 59) == []
    assert measures(shape.long_functions, described + LONG_BODY * 59) == []
    assert measures(shape.long_functions, "class C:\n    def f(self):\n" + "        x = 1\n" * 60) == [61]


def test_file_lines() -> None:
    assert measures(shape.long_files, "x = 1\n" * 401) == [401]
    assert measures(shape.long_files, "x = 1\n" * 400) == []


@pytest.mark.parametrize(
    ("deepest", "expected"),
    [
        ("if a:\n                    pass", [4]),
        ("match a:\n                    case 1: pass", [4]),
        ("try:\n                    pass\n                except E: pass", [4]),
        ("return [a for a in b if a]", []),
    ],
)
def test_nesting(deepest: str, expected: list[int]) -> None:
    text = f"def f():\n    for a in b:\n        while a:\n            with a:\n                {deepest}\n"

    assert measures(shape.deep_functions, text) == expected


def test_elif_is_not_a_level_and_else_if_is() -> None:
    chain = "def f():\n    if a: pass\n    elif b: pass\n    elif c: pass\n    elif d: pass\n    elif e: pass\n"
    ladder = """\
        def f():
            if a: pass
            else:
                if b: pass
                else:
                    if c: pass
                    else:
                        if d: pass
        """

    assert measures(shape.deep_functions, chain) == []
    assert measures(shape.deep_functions, ladder) == [4]


def test_arguments() -> None:
    assert measures(shape.wide_functions, "def f(a, b, /, c, *d, e, f, **g): pass") == [7]
    assert measures(shape.wide_functions, "class C:\n    def f(self, a, b, c, d, e, f): pass") == []


def test_empty_names() -> None:
    assert measures(shape.empty_names, "", "src/firstbest/decide/_helpers.py") == [1]
    assert measures(shape.empty_names, "", "src/firstbest/core/orders.py") == [1]
    assert measures(shape.empty_names, "", "src/firstbest/decide/score.py") == []


def test_docstrings() -> None:
    bare = "def f(): pass\nclass C: pass\ndef _f(): pass\n"

    assert measures(shape.undescribed, bare) == [1, 1, 1]
    assert measures(shape.undescribed, '"""M."""\ndef f():\n    """F."""\n') == []
    assert measures(shape.undescribed, bare, "tests/rooms/test_x.py") == []


@pytest.mark.parametrize(
    "line",
    [
        "now = datetime.now()",
        "now = datetime.datetime.utcnow()",
        "now = time.time()",
        "now = time.perf_counter()",
        "draw = np.random.default_rng(1)",
        "draw = numpy.random.random()",
        "from numpy.random import default_rng",
        "from numpy import random",
        "import numpy.random",
        "text = open('a').read()",
        "print(1)",
        "key = hash('kettle')",
        "f = njit(fastmath=True)(g)",
        "f = njit(parallel=True)(g)",
    ],
)
def test_impurity_below_the_line(line: str) -> None:
    assert measures(purity.impure, line) == [1]
    assert measures(purity.impure, line, "src/firstbest/rehearse/draws.py") == []


def test_purity_lets_plain_arithmetic_pass() -> None:
    assert measures(purity.impure, "time_us = now + 1\nf = njit(fastmath=False)(g)\nrow.id(1)\nx = np.sort(a)") == []


UNITS = "DAY_US = 24 * 3_600 * np.int64(1_000_000)\nTABLE = np.zeros(3)\nlimit = 4\ndef floor(a): return a\n"


def globals_read(body: str, above: str = "", decorator: str = "@njit(cache=True)") -> list[str]:
    text = f"import numpy as np\nimport os\n{above}\n{decorator}\ndef kernel(rows):\n    {body}\n"
    files = [source("src/firstbest/world/units.py", UNITS), source("src/firstbest/kernels/queue.py", text)]
    found = kernel_globals.unfrozen(files[1], kernel_globals.modules_of(files))
    return [offence.where.rpartition("::")[2] for offence in found]


@pytest.mark.parametrize(
    ("above", "body", "expected"),
    [
        ("TABLE = np.zeros(3)", "return TABLE[rows]", ["TABLE"]),
        ("RATES = [1, 2]", "return RATES[rows]", ["RATES"]),
        ("SHARE = 0.5", "return SHARE * rows", ["SHARE"]),
        ("limit = 3", "return limit", ["limit"]),
        ("", "return os.sep", ["os.sep"]),
        ("", "return nowhere", ["nowhere"]),
        ("from firstbest.world.units import TABLE", "return TABLE[0]", ["TABLE"]),
        ("from firstbest.world.units import limit as most", "return most", ["most"]),
        ("from firstbest.world import units", "return units.TABLE[0]", ["units.TABLE"]),
        ("from elsewhere import THING", "return THING", ["THING"]),
    ],
)
def test_kernel_reads_what_could_change(above: str, body: str, expected: list[str]) -> None:
    assert globals_read(body, above) == expected
    assert globals_read(body, above, "@numba.njit") == expected
    assert globals_read(body, above, "@compiled") == expected
    assert globals_read(body, above + "\nfast = njit(kernel)", "") == expected
    assert globals_read(body, above, "") == [], "only a kernel is held to this"


@pytest.mark.parametrize(
    ("above", "body"),
    [
        ("NONE = -1\nBITS: int = 1 << 5", "return rows if rows > BITS else NONE"),
        ("from firstbest.world.units import DAY_US, floor", "return floor(rows // DAY_US)"),
        ("from firstbest.world import units", "return rows // units.DAY_US"),
        ("from numba import prange", "return np.sum(np.array([i for i in prange(len(rows))]))"),
        ("class Rows(NamedTuple): pass\ndef g(a): return a", "return Rows(g(rows))"),
        ("_g = njit(g)", "return _g(rows)"),
        ("", "total: Int = 0\n    for row in rows:\n        total += row\n    return total"),
    ],
)
def test_kernel_reads_what_is_frozen(above: str, body: str) -> None:
    assert globals_read(body, above) == []


SORTS = "@compiled\n@makes_arrays\ndef ranks(a): return np.argsort(a)\n@compiled\ndef least(a): return a[0]\n"


@pytest.mark.parametrize(
    ("decorator", "called", "expected"),
    [
        ("@compiled", "ranks", ["ranks"]),
        ("@compiled", "least", []),
        ("@compiled\n@makes_arrays", "ranks", []),
        ("", "ranks", []),
    ],
)
def test_kernel_calls_what_makes_arrays(decorator: str, called: str, expected: list[str]) -> None:
    text = (
        f"from firstbest.kernels.sorts import {called}\n{decorator}\ndef kernel(rows):\n    return {called}(rows)[0]\n"
    )
    files = [source("src/firstbest/kernels/sorts.py", SORTS), source("src/firstbest/kernels/queue.py", text)]
    found = borrowed_arrays.unmarked(files[1], kernel_globals.modules_of(files))

    assert [offence.where.rpartition("::")[2] for offence in found] == expected


def found_in(rule: Callable[[str, str], Iterator[Offence]], path: str, text: str) -> int:
    """How often; a `·` in the text parts a word that this file itself may not hold."""
    return len(list(rule(path, text.replace("·", ""))))


def test_leftovers() -> None:
    assert found_in(texts.leftovers, "docs/a.md", "first\nFIX·ME later") == 1
    assert found_in(texts.leftovers, "src/a.py", "# TO·DO") == 1
    assert found_in(texts.leftovers, "src/a.py", "mastodons, size XXXL") == 0


def test_machine_paths() -> None:
    assert found_in(texts.machine_paths, "docs/a.md", "see /ro·ot/notes") == 1
    assert found_in(texts.machine_paths, "examples/a.csv", "a,'/tm·p/x'") == 1
    assert found_in(texts.machine_paths, "docs/a.md", "docs/wo·rk/plan, ~/tm·p/") == 0


def test_titles_in_markdown() -> None:
    assert found_in(texts.titles, "a.md", "# One\n\n# Two\n") == 1
    assert found_in(texts.titles, "a.md", "## Only a section\n") == 1
    assert found_in(texts.titles, "a.md", "# One\n```sh\n# a comment\n```\n") == 0


def test_addresses_in_pins() -> None:
    pin = "numpy==2.0 \\\n    --hash=sha256:00\n"

    assert found_in(texts.addresses, "requirements-dev.txt", "--index-url x\n" + pin) == 1
    assert found_in(texts.addresses, "requirements-dev.txt", "a @ https://example.org/a.whl\n") == 1
    assert found_in(texts.addresses, "requirements-dev.txt", pin) == 0


def test_exceptions_only_shrink() -> None:
    offence = Offence("function_lines", "a.py::f", 64, "64 lines")
    entry = allowance.Allowed("function_lines", "a.py::f", 64, "a table")

    def faults(offences: list[Offence], entries: list[allowance.Allowed], entries_max: int) -> int:
        return len(list(allowance.faults(offences, entries, entries_max)))

    assert faults([offence], [entry], 1) == 0
    assert faults([offence], [], 0) == 1, "no entry excuses it"
    assert faults([offence._replace(measure=65)], [entry], 1) == 1, "it grew"
    assert faults([offence._replace(measure=62)], [entry], 1) == 1, "the entry allows too much"
    assert faults([], [entry], 1) == 1, "nobody needs the entry"
    assert faults([offence], [entry], 0) == 1, "an entry too many"
    assert faults([offence], [entry], 2) == 1, "room for an entry that is not there"
    assert faults([offence], [entry._replace(reason=" ")], 1) == 1, "no reason"


def test_exceptions_file_is_read() -> None:
    text = 'entries_max = 1\n[[exception]]\nrule = "nesting"\nwhere = "a.py::f"\nallowed = 4\nreason = "r"\n'

    assert allowance.read(text) == ([allowance.Allowed("nesting", "a.py::f", 4, "r")], 1)
