"""Keyed draws: the same word everywhere, the right distributions, nothing that depends on order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from firstbest.kernels import draws

WORD = 2**64
words = st.integers(0, WORD - 1)
TIES = np.arange(200_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def scrambled(word: int) -> int:
    """SplitMix64's finaliser, with Python's integers."""
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB % WORD
    return word ^ (word >> 31)


@given(words, words, st.integers(0, 2**20), st.integers(0, 2**32 - 1))
def test_words_are_splitmix(first: int, second: int, purpose: int, ordinal: int) -> None:
    golden = 0x9E3779B97F4A7C15
    stream = scrambled(scrambled((first + golden) % WORD) ^ second)

    assert draws.joined(np.uint64(first), np.uint64(second)) == stream
    word = scrambled((stream + ((purpose << 32) + ordinal + 1) * golden) % WORD)
    assert draws.bits(np.uint64(stream), purpose, ordinal) == word
    assert draws.uniform(np.uint64(stream), purpose, ordinal) == ((word >> 11) + 0.5) * 2.0**-53


def test_a_draw_does_not_depend_on_what_else_is_drawn() -> None:
    whole = draws.uniforms(7, TIES, 3, 0)
    backwards = draws.uniforms(7, TIES[::-1].copy(), 3, 0)[::-1]

    assert np.array_equal(whole, backwards)
    assert np.array_equal(whole[100:200], draws.uniforms(7, TIES[100:200].copy(), 3, 0))
    assert not np.array_equal(whole, draws.uniforms(8, TIES, 3, 0))
    assert not np.array_equal(whole, draws.uniforms(7, TIES, 4, 0))
    assert not np.array_equal(whole, draws.uniforms(7, TIES, 3, 1))


def test_distributions_are_right() -> None:
    assert stats.kstest(draws.uniforms(1, TIES, 1, 0), "uniform").pvalue > 1e-4
    assert stats.kstest(draws.normals(1, TIES, 1, 0), "norm").pvalue > 1e-4
    factors = draws.lognormals(1, TIES, 2, 10.0, 0.5)
    assert factors.mean() == pytest.approx(10, rel=0.01)
    assert factors.std() / factors.mean() == pytest.approx(0.5, rel=0.02)
    assert np.all(draws.lognormals(1, TIES[:10], 2, 10.0, 0.0) == 10.0)
    shares = np.bincount(draws.choices(1, TIES, 1, 0, np.array([10, 30, 30, 100]))) / len(TIES)
    assert shares == pytest.approx([0.1, 0.2, 0.0, 0.7], abs=0.005)


def test_draws_for_two_purposes_are_not_related() -> None:
    one, other = draws.normals(1, TIES, 1, 0), draws.normals(1, TIES, 2, 0)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.01
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.01


@given(st.floats(1e-300, 1.0, exclude_max=True))
def test_normal_quantile(share: float) -> None:
    expected = stats.norm.ppf(share)
    assert draws.normal_quantile(share) == pytest.approx(expected, rel=1e-13, abs=1e-13)


@given(st.floats(0.001, 0.999), st.sampled_from([0.0, 0.3, 4.0, 64.0, 65.0, 250.0, 8_000.0, 26_000.0]))
def test_poisson_quantile(share: float, mean: float) -> None:
    assert abs(draws.poisson_quantile(mean, share) - stats.poisson.ppf(share, mean)) <= (mean > 64)


@given(st.floats(0.001, 0.999), st.floats(70.0, 20_000.0), st.floats(1.0, 3.0))
def test_more_demand_never_takes_orders_away(share: float, mean: float, factor: float) -> None:
    assert draws.poisson_quantile(mean * factor, share) >= draws.poisson_quantile(mean, share)


@given(words, st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_what_happens_at_a_low_chance_happens_at_a_higher_one(stream: int, low: int, more: int) -> None:
    high = min(1_000_000, low + more)
    assert draws.happens(np.uint64(stream), 1, 0, high) >= draws.happens(np.uint64(stream), 1, 0, low)
