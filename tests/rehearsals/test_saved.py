"""A rehearsal laid down in a file and taken up again goes on to the same bytes, or is refused with the reason."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from firstbest.operate.loop import Adoption
from firstbest.present.figures import figures
from firstbest.rehearse import saved
from firstbest.rehearse.folder import Options, rehearse_folder
from firstbest.rehearse.folder_saved import NoSuchDay, rehearse_on, rehearse_until
from firstbest.rehearse.running import Running
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.warm import small_scenario
from firstbest.store.state_file import StateFaulty
from firstbest.world.network import Network
from tests.books.small_workspace import write
from tests.laws.worlds import World, made
from tests.rehearsals.test_running import Kept, state_of

HOUR_US = 3_600_000_000
SEED = 7
IN_DETAIL = World(9, 8, 40, 3, 1, 37, 10, 200_000, -6, 200_000, 1, 150, 45)._replace(returns=True)


def adopting() -> Scenario:
    """A world in which another policy comes into force on the third day, and whose returns are kept in detail."""
    network, nature = made(IN_DETAIL)
    other: Network = network._replace(policy=network.policy._replace(late_day_penalty=1))
    return Scenario(network, nature, (Adoption(network.calendar.start_us + 60 * HOUR_US, other, 1),))


@pytest.mark.parametrize("hour", [1, 30, 75])
@pytest.mark.parametrize("world", ["small", "adopting"])
def test_what_is_taken_up_again_goes_on_to_the_same_bytes(world: str, hour: int, tmp_path: Path) -> None:
    scenario = small_scenario() if world == "small" else adopting()
    path = tmp_path / "state"
    whole, first, rest = Kept(), Kept(), Kept()
    unbroken, running = Running(scenario, SEED, whole), Running(scenario, SEED, first)
    unbroken.finish()
    running.lead(scenario.network.calendar.start_us + hour * HOUR_US)
    before = state_of(running)
    saved.save(running, path, {"seed": SEED})

    taken_up = saved.resume(path, scenario, SEED, rest)

    assert saved.asked(path).run == {"seed": SEED}
    assert state_of(taken_up) == before == state_of(running)
    taken_up.finish()
    assert first.ticks + rest.ticks == whole.ticks
    assert state_of(taken_up) == state_of(unbroken)
    assert np.array_equal(taken_up.closings(), unbroken.closings())
    assert taken_up.watch.facts == unbroken.watch.facts
    assert taken_up.watch.presence.checked() == unbroken.watch.presence.checked()
    running.finish()
    assert first.ticks == whole.ticks


def test_two_that_are_taken_up_share_nothing(tmp_path: Path) -> None:
    scenario, path = small_scenario(), tmp_path / "state"
    running = Running(scenario, SEED)
    running.lead(scenario.network.calendar.start_us + 40 * HOUR_US)
    saved.save(running, path, {})
    one, other = saved.resume(path, scenario, SEED), saved.resume(path, scenario, SEED)
    before = state_of(other)

    one.finish()

    assert state_of(other) == before


def kept(tmp_path: Path) -> tuple[Scenario, Path]:
    """A state of the small world."""
    scenario, path = small_scenario(), tmp_path / "state"
    saved.save(Running(scenario, SEED), path, {})
    return scenario, path


def test_another_world_is_refused(tmp_path: Path) -> None:
    scenario, path = kept(tmp_path)
    network = scenario.network
    other = scenario._replace(network=network._replace(policy=network.policy._replace(split_penalty=3)))

    with pytest.raises(StateFaulty, match="it was edited since"):
        saved.resume(path, other, SEED)


def test_other_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, path = kept(tmp_path)
    monkeypatch.setattr(saved, "source_digest", lambda: "0123")

    with pytest.raises(StateFaulty, match=r"saved by this very code \(0123\)"):
        saved.resume(path, scenario, SEED)


def test_a_file_that_is_cut_or_none_is_refused(tmp_path: Path) -> None:
    scenario, path = kept(tmp_path)
    whole = path.read_bytes()
    for wrong, said in (
        (whole[:-1], "end of the file"),
        (whole + b"!", "found more"),
        (b"PAR1" + whole, "does not begin like one"),
        (whole[:-1] + bytes([whole[-1] ^ 1]), "it was changed"),
        (whole[:40], "header"),
        (whole[:16] + b"\xff" * 7 + b"\0" + whole[24:], "header of 72057594037927935 bytes"),
        (whole.replace(b'"version":2', b'"version":9'), "found version 9"),
        (whole.replace(b"firstbest.rehearse.running:Running", b"subproces.rehearse.running:Running"), "class of this"),
    ):
        path.write_bytes(wrong)
        with pytest.raises(StateFaulty, match=said):
            saved.resume(path, scenario, SEED)
    with pytest.raises(StateFaulty, match="No such file"):
        saved.asked(tmp_path / "nothing")


def test_a_folder_in_two_sittings_is_the_folder_in_one(tmp_path: Path) -> None:
    whole, parted = write(tmp_path / "whole"), write(tmp_path / "parted")
    options, state = Options(days=6), tmp_path / "state"
    unbroken = rehearse_folder(whole, options)
    start = date(1970, 1, 1) + timedelta(days=unbroken.record.network.calendar.first_day + 4)

    rehearse_until(parted, options, start, state)
    taken_up = rehearse_on(parted, state)

    assert taken_up.record.digest == unbroken.record.digest
    assert taken_up.record.facts == unbroken.record.facts
    assert repr(figures(taken_up.record)) == repr(figures(unbroken.record))
    assert rehearse_on(parted, state).record.digest == unbroken.record.digest, "a state may be taken up again"
    for name in ("orders.parquet", "cubes.parquet"):
        assert read(taken_up.folder / name) == read(unbroken.folder / name)
    next((taken_up.folder / "facts" / "ordered").glob("*.parquet")).unlink()
    with pytest.raises(StateFaulty, match="facts that the state was saved with"):
        rehearse_on(parted, state)
    with pytest.raises(NoSuchDay, match="expected a day from"):
        rehearse_until(parted, options, start + timedelta(days=60), state)


def read(path: Path) -> list[tuple[object, ...]]:
    """A table's rows."""
    with duckdb.connect() as engine:
        return engine.read_parquet(str(path)).fetchall()
