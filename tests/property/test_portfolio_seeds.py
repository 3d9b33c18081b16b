"""Whatever the seed, no initiative of the portfolio is claimed against its truth."""

import collections
import shutil
from pathlib import Path

import pytest

from data.generators import portfolio
from tests import portfolio_reference
from tests.study_engine import effects_of


@pytest.mark.parametrize("seed", range(2, 4))
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


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 22))
def test_the_product_claims_nothing_against_the_truth(seed: int, tmp_path: Path) -> None:
    for name in ("study.yaml", "plan.yaml"):
        shutil.copy(portfolio_reference.STUDY / name, tmp_path / name)
    portfolio.write(tmp_path, seed)
    found = effects_of(tmp_path)
    expected = portfolio_reference.verdicts(portfolio_reference.read_tables(tmp_path))
    assert found.keys() == expected.keys()
    for effect_id, effect in found.items():
        assert effect.verdict not in portfolio_reference.AGAINST_TRUTH[effect_id]
        assert effect.verdict == expected[effect_id].verdict
