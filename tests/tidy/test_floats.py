"""No choice hangs on a float, and the check finds an offender."""

import ast

import pytest

from tests.tidy.floats import ROOMS, floats
from tests.tidy.sources import Source, python_sources


def test_no_choice_hangs_on_a_float() -> None:
    files = [file for file in python_sources() if file.path.startswith(ROOMS)]

    assert len(files) >= 40, "the rule must see the rooms"
    assert [str(offence) for file in files for offence in floats(file)] == []


@pytest.mark.parametrize("text", ["a = b / c", "a = 0.5 * b", "a = np.sqrt(b)", "a /= b", "a = float(b)"])
def test_an_offender_is_found(text: str) -> None:
    assert list(floats(Source("src/firstbest/decide/x.py", text, ast.parse(text))))
    assert not list(floats(Source("src/firstbest/present/x.py", text, ast.parse(text))))
    assert not list(floats(Source("src/firstbest/decide/x.py", "a = b // c", ast.parse("a = b // c"))))
