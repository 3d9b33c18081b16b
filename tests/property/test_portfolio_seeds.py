"""Whatever the seed, no initiative of the portfolio is claimed against its truth."""

import collections

import pytest

from data.generators import portfolio
from tests import portfolio_reference

FEW_SEEDS = range(2, 7)


@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_no_verdict_contradicts_the_truth(seed: int) -> None:
    found = portfolio_reference.verdicts(portfolio.generate(seed), draws=1_999)
    for effect_id, judged in found.items():
        assert judged.verdict not in portfolio_reference.AGAINST_TRUTH[effect_id]


@pytest.mark.slow
def test_over_forty_seeds_most_initiatives_get_the_intended_verdict() -> None:
    hits: collections.Counter[str] = collections.Counter()
    for seed in range(100, 140):
        found = portfolio_reference.verdicts(portfolio.generate(seed), draws=1_999)
        for effect_id, judged in found.items():
            assert judged.verdict not in portfolio_reference.AGAINST_TRUTH[effect_id]
            hits[effect_id] += judged.verdict == portfolio_reference.INTENDED[effect_id]
    assert min(hits.values()) >= 35
