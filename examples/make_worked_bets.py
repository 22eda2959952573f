"""Make the record of the two bets that the built-in network ships: forecasts, locks, decisions, facts, one question.

    python examples/make_worked_bets.py [OUT.jsonl] [FOLDER]

It is 42 rehearsals, some minutes. Where it is stopped it goes on with the next of them if FOLDER is given again;
without one it works in a folder that is thrown away.

Nothing in it is typed but what people say: stated ranges, reasons, dissent. The twin's forecasts are ten pairs a bet,
seeds 11 to 20, a tenth of the orders, the first 91 days; the fact is the same world with the change at seed 2026, which
no forecast has seen. Instants are those of the story: proposed and decided in December 2025, judged in April 2026. The
record is chained, so running it again with the same code gives the same bytes; with other code, `code` says which.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from firstbest.store.kernel_cache import use_cache

use_cache()

from firstbest.mechanisms.bets import PROPOSED, metrics_of  # noqa: E402 - the cache is chosen before Numba is imported
from firstbest.mechanisms.decisions import BarRaiser, Decision, Dissent  # noqa: E402
from firstbest.mechanisms.records import Kind  # noqa: E402
from firstbest.mechanisms.seals import entry  # noqa: E402
from firstbest.present.catalog import CATALOG  # noqa: E402
from firstbest.rehearse.bet_forecast import Asked, rehearsed_facts, twin_forecasts  # noqa: E402
from firstbest.rehearse.compare import WITH, RunOne  # noqa: E402
from firstbest.store import questions as q  # noqa: E402
from firstbest.store.bets import shelf_of  # noqa: E402
from firstbest.store.bets_acts import add_forecasts, decide, lock, measure, spend  # noqa: E402
from firstbest.store.init import BUILTIN, write_builtin  # noqa: E402
from firstbest.store.record import RECORD, append  # noqa: E402

FIGURES = {each.key: each._asdict() for each in CATALOG.values()}
SCALE, DAYS, SEED, FACT_SEED, PAIRS = 0.1, 91, 11, 2026, 10
STANDS = 0.42
"""The two-day share in the first quarter as everybody knows it, to the nearest point; people state what moves it."""
OPTIONS = ("go ahead", "test one building first", "leave it as it is")


def at(day: str, hour: int = 9) -> int:
    """Microseconds of a day's hour, UTC."""
    moment = dt.datetime.fromisoformat(f"{day}T{hour:02d}:00:00+00:00")
    return int(moment.timestamp()) * 1_000_000


def stated(who: str, with_: tuple[float, ...], without: tuple[float, ...]) -> dict[str, object]:
    """A person's range of the two-day share, told as points above or below where it stands."""
    levels = (0.1, 0.5, 0.9)
    with_, without = (tuple(round(STANDS + each / 100, 4) for each in side) for side in (with_, without))
    return {
        "metric": "two_day_share",
        "source": f"stated by {who}",
        "with": [{"level": level, "value": value} for level, value in zip(levels, with_, strict=True)],
        "without": [{"level": level, "value": value} for level, value in zip(levels, without, strict=True)],
        "provenance": {"stated": "a person's range"},
    }


def remembering(kept: Path, run_one: RunOne) -> RunOne:
    """Each rehearsal is kept once it is done, so that one who was stopped goes on where they were."""

    def run(which: str, seed: int) -> Mapping[str, float]:
        known = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
        key = f"{which} {seed}"
        if key not in known:
            known[key] = dict(run_one(which, seed))
            kept.write_text(json.dumps(known), encoding="utf-8")
            print(f"{kept.stem}: {key}", flush=True)
        found: dict[str, float] = known[key]
        return found

    return run


def forecast(folder: Path, name: str, change: str, person: dict[str, object], who: str) -> None:
    """A person's range first, then the twin's."""
    add_forecasts(folder, name, who, at("2025-12-08"), [person], FIGURES)
    asked = Asked(SCALE, DAYS, SEED, PAIRS, 1)
    through = partial(remembering, folder / f"rehearsed_{name}.json")
    made = twin_forecasts(folder, folder / "changes" / change, ["two_day_share"], asked, None, through)
    add_forecasts(folder, name, who, at("2025-12-10"), made, FIGURES)


def judge(folder: Path, name: str, by: str) -> None:
    """What came of it: one world at a seed of its own."""
    bet = shelf_of(folder, FIGURES).page(name).bet
    facts = rehearsed_facts(folder, folder / bet.change, metrics_of(bet), Asked(SCALE, DAYS, FACT_SEED), WITH)
    measure(folder, name, by, at("2026-04-02"), facts)


def decisions(folder: Path) -> None:
    """Both are a yes; of the second, one disagrees and commits."""
    raiser = BarRaiser("Priya Raman", "The test is cheap and the way back is short.", veto=False)
    first = Decision(
        kind=Kind.BET, about="cut_off_17", by="Dana Whitfield", yes=True, chosen=OPTIONS[0], options=OPTIONS,
        reason="Both forecasts say that more than a point moves, and the floor is quiet after two.", door="two-way",
        review_on="2026-04-15", bar_raiser=raiser,
        known=("what a tighter promise to leave does to the late shift in the peak is not known",),
        dissent=(Dissent("Mei Tanaka", "An hour is too little on the Mondays after a sale.", committed=True),),
    )  # fmt: skip
    second = Decision(
        kind=Kind.BET, about="sunday_couriers", by="Marcus Bell", yes=True, chosen=OPTIONS[0], options=OPTIONS,
        reason="The twin has too few parcels at our stations to see what Sundays are worth.", door="two-way",
        review_on="2026-04-15", bar_raiser=raiser, known=("the twin shows no difference that could be told from none",),
        dissent=(Dissent("Ben Cole", "The promise counts business days, and a Sunday is none.", committed=True),),
    )  # fmt: skip
    for decision in (first, second):
        decide(folder, decision, (), (at("2025-12-18"), "2025-12-18"), FIGURES)


def question(folder: Path) -> None:
    """The metric itself may be what is wrong: an anecdote opened a question about it."""
    evidence = [
        "two_day_share: orders at the door within two business days.",
        "Kim, 2025-11-25, by chat: Ordered Thursday night, it sat somewhere all weekend. I was home all Sunday.",
        "Bets that rest on it: cut_off_17, sunday_couriers.",
    ]
    asking = q.Asking(
        "metric two_day_share",
        "Do business days hide what a weekend feels like?",
        "Lena Hoff",
        "Ana Ruiz",
        "two_day_share",
    )
    number = q.ask(folder, asking, evidence, at("2026-04-03")).number
    steps = [
        q.answer("Yes: from Thursday to Monday counts as two days and feels like four.", "Ana Ruiz"),
        q.why("The promise is written in the carrier's business days.", "Ana Ruiz"),
        q.why("Carriers are paid and measured by their own calendar.", "Ana Ruiz"),
    ]
    q.take(folder, number, steps, at("2026-04-04"))


Step = Callable[[Path], object]


def steps() -> dict[str, Step]:
    """Everything that happens, in its order, each step by a name of its own."""
    opened = (("cut_off_17", "Dana Whitfield"), ("sunday_couriers", "Marcus Bell"))
    ana = stated("Ana Ruiz", (1.0, 2.5, 4.5), (-1.0, 0.0, 1.0))
    marcus = stated("Marcus Bell", (0.8, 1.5, 2.5), (-0.7, 0.0, 0.7))
    found: dict[str, Step] = {}
    for name, owner in opened:
        found[f"propose {name}"] = partial(propose, name=name, owner=owner)
    found["forecast cut_off_17"] = lambda home: forecast(home, "cut_off_17", "cut_off_17.toml", ana, "Ana Ruiz")
    found["forecast sunday_couriers"] = lambda home: forecast(
        home, "sunday_couriers", "couriers_on_sundays.toml", marcus, "Marcus Bell"
    )
    for name, owner in opened:
        found[f"lock {name}"] = partial(lock, name=name, by=owner, at_us=at("2025-12-15"), figures=FIGURES)
    found["decide"] = decisions
    found["spend cut_off_17"] = lambda home: spend(
        home, "cut_off_17", "Dana Whitfield", at("2026-01-20"), 31_500, "checkout and the late shift"
    )
    found["spend sunday_couriers"] = lambda home: spend(
        home, "sunday_couriers", "Marcus Bell", at("2026-02-03"), 42_000, "drivers and one month of Sundays"
    )
    for name, owner in opened:
        found[f"judge {name}"] = partial(judge, name=name, by=owner)
    found["question"] = question
    return found


def propose(folder: Path, name: str, owner: str) -> None:
    """Somebody opened it."""
    append(folder, lambda _: [entry(at("2025-12-02"), PROPOSED, owner, name, {})])


def begin(folder: Path) -> None:
    """The built-in network without its record, where nothing has been begun."""
    if not folder.exists():
        write_builtin(folder)
        (folder / RECORD).unlink(missing_ok=True)


def go_on(folder: Path) -> None:
    """Every step that is not done yet; what a step that was stopped had written is taken back."""
    kept = folder / "steps_done.txt"
    lines = [line.rpartition(" ") for line in kept.read_text("utf-8").splitlines()] if kept.is_file() else []
    done = {name: int(count) for name, _, count in lines}
    path = folder / RECORD
    if path.is_file():
        whole = path.read_bytes().splitlines(keepends=True)[: max(done.values(), default=0)]
        path.write_bytes(b"".join(whole))
    for name, step in steps().items():
        if name in done:
            continue
        step(folder)
        count = len(path.read_bytes().splitlines())
        with kept.open("a", encoding="utf-8") as file:
            file.write(f"{name} {count}\n")
        print(f"{name}: {count} entries", flush=True)


def main(out: Path, folder: Path | None) -> None:
    """Write the record."""
    with tempfile.TemporaryDirectory() as parent:
        home = folder or Path(parent) / "demo"
        begin(home)
        go_on(home)
        shutil.copy(home / RECORD, out)
    print(f"{out}: {len(out.read_bytes().splitlines())} entries")


if __name__ == "__main__":
    given = [Path(each) for each in sys.argv[1:]]
    main(given[0] if given else Path(str(BUILTIN / RECORD)), given[1] if len(given) > 1 else None)
