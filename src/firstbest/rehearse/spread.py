"""Calls spread over processes of this machine, or over a Ray cluster; the answers in the order of the calls.

Who answers first, and where, is seen nowhere: each call has its own seed, and answers are put in the order asked for.
So one worker, eight, and a cluster give the same bytes, as long as the machines have the same code (draws and facts are
whole numbers; `docs/how-it-is-checked.md` says what is known of other processors).
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from typing import Any, Final, NamedTuple

WORKERS_MAX: Final = 64
LOCAL: Final = "local"
"""The address of a cluster that is started on this machine for the call."""

Call = tuple[Callable[..., Any], tuple[Any, ...]]
"""What is called with which arguments; both must be picklable, as functions and classes of a module are."""


class Cluster(NamedTuple):
    """A Ray cluster: `ray://host:10001`, `auto` for the one that this machine is part of, or `local`."""

    address: str


class NoRay(Exception):  # noqa: N818 - it says what is missing
    """Ray is not installed, or its cluster cannot be reached."""


Workers = int | Cluster


def spread(
    calls: Sequence[Call],
    workers: Workers,
    told: Callable[[], None],
    heard: Callable[[int, Any], None] = lambda _place, _answer: None,
) -> list[Any]:
    """Answers in the order of the calls; `told` is called once for each that is done. Raises what a call raised.

    `heard` gets the place and the answer of each as it is done; from a cluster, all at the end.
    """
    if isinstance(workers, Cluster):
        found = _over_ray(calls, workers, told)
        for place, answer in enumerate(found):
            heard(place, answer)
        return found
    assert 1 <= workers <= WORKERS_MAX, f"1 to {WORKERS_MAX} workers, was {workers}"
    if workers == 1:
        return list(_one_after_the_other(calls, told, heard))
    return _side_by_side(calls, workers, told, heard)


def _one_after_the_other(
    calls: Sequence[Call], told: Callable[[], None], heard: Callable[[int, Any], None]
) -> Iterator[Any]:
    for place, (function, given) in enumerate(calls):
        found = function(*given)
        told()
        heard(place, found)
        yield found


def _side_by_side(
    calls: Sequence[Call], workers: int, told: Callable[[], None], heard: Callable[[int, Any], None]
) -> list[Any]:
    """In processes started afresh."""
    with processes(max(min(workers, len(calls)), 1)) as pool:
        waiting: list[Future[Any]] = [pool.submit(function, *given) for function, given in calls]
        place = {future: number for number, future in enumerate(waiting)}
        for done in as_completed(waiting):
            if done.exception():
                pool.shutdown(wait=False, cancel_futures=True)
            answer = done.result()
            told()
            heard(place[done], answer)
        return [each.result() for each in waiting]


def processes(workers: int) -> ProcessPoolExecutor:
    """Processes started afresh, which end with this one, however it ends."""
    return ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_the_one_that_asks
    )


def _end_with_the_one_that_asks() -> None:
    """Without it a process whose asker was killed waits for ever, with all that it holds."""
    asker = multiprocessing.parent_process()
    assert asker is not None, "it was started by another process"

    def wait() -> None:
        asker.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _over_ray(calls: Sequence[Call], cluster: Cluster, told: Callable[[], None]) -> list[Any]:
    """On a cluster whose machines have this package, and the workspace in the same place."""
    try:
        import ray  # noqa: PLC0415 - an extra
    except ImportError:
        raise NoRay('expected Ray, found nothing: pip install "firstbest[ray]"') from None
    try:
        # It stays joined to the cluster until it ends: the next calls find their kernels and worlds there.
        if not ray.is_initialized():
            ray.init(address=None if cluster.address == LOCAL else cluster.address, log_to_driver=False)
    except Exception as failure:
        raise NoRay(f"expected a Ray cluster at '{cluster.address}', found {failure}") from failure
    answer = ray.remote(_answer)
    waiting = [answer.remote(*call) for call in calls]
    left = list(waiting)
    while left:
        done, left = ray.wait(left)
        ray.get(done)
        told()
    found: list[Any] = ray.get(waiting)
    return found


def _answer(function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    """One call on another machine, with the kernels that it keeps."""
    from firstbest.store.kernel_cache import use_cache  # noqa: PLC0415 - the other machine's

    use_cache()
    return function(*given)
