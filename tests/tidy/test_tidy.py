"""The house rules that a machine can hold, over every file of the repository."""

from collections.abc import Iterator

from tests.tidy import allowance, borrowed_arrays, kernel_globals, purity, shape, texts
from tests.tidy.sources import Offence, Source, python_sources
from tests.tidy.sources import texts as all_texts

PYTHON_RULES = (
    shape.long_functions,
    shape.long_files,
    shape.deep_functions,
    shape.wide_functions,
    shape.empty_names,
    shape.undescribed,
    purity.impure,
)
TEXT_RULES = (texts.leftovers, texts.machine_paths, texts.titles, texts.addresses)


def offences(files: list[Source]) -> Iterator[Offence]:
    """All that is untidy in the given Python files and in all texts."""
    modules = kernel_globals.modules_of(files)
    for file in files:
        for rule in PYTHON_RULES:
            yield from rule(file)
        yield from kernel_globals.unfrozen(file, modules)
        yield from borrowed_arrays.unmarked(file, modules)
    for path, text in all_texts():
        for text_rule in TEXT_RULES:
            yield from text_rule(path, text)


def test_the_rules_see_the_kernels() -> None:
    found = [name for file in python_sources() for name, _ in kernel_globals.kernels(file)]

    assert len(found) >= 5, "the rule for kernels must know the decorator that compiles them"


def test_the_house_is_tidy() -> None:
    files = python_sources()
    assert len(files) >= 20, "the rules must see the code"
    entries, entries_max = allowance.read(allowance.EXCEPTIONS.read_text("utf-8"))

    faults = list(allowance.faults(offences(files), entries, entries_max))

    assert not faults, "\n" + "\n".join(faults)
