"""Who is left out, without training anybody."""

from __future__ import annotations

import pytest

from experiments.runs.training import train
from experiments.studies.capabilities import declared, unable


@pytest.mark.parametrize("need", ["metadata", "lengths"])
def test_those_of_the_papers_models_that_have_no_run(need):
    reasons = unable([], [need])
    assert set(reasons) == {"timegan", "rcgan", "market_simulator"}
    assert all("release" in reason for reason in reasons.values())
    assert not unable([], [])


@pytest.mark.slow
def test_a_run_speaks_for_itself(config):
    """The conditional form takes its metadata from training samples, but it gives some."""
    run = train(config("model=rcgan_conditional", "scale.samples=60", "batches=1"))
    assert "rcgan_conditional" not in unable([run], ["metadata"])
    assert unable([run], ["lengths"])["rcgan_conditional"] == declared("rcgan").lacks["lengths"]
