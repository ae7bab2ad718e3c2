"""What the stopwatch counts, and what is kept along the way."""

from __future__ import annotations

import time

import pytest
from lightning import LightningModule, Trainer

from experiments.runs.monitoring import Stopwatch
from experiments.runs.training import train


def test_a_pause_takes_no_time():
    stopwatch, trainer, module = Stopwatch(), Trainer(logger=False), LightningModule()
    stopwatch.on_train_start(trainer, module)
    with stopwatch.paused():
        time.sleep(1)
    time.sleep(0.1)
    stopwatch.on_train_batch_end(trainer, module)
    assert 0.1 <= stopwatch.seconds < 0.6


@pytest.mark.slow
def test_the_generator_of_lowest_mmd_is_kept(config):
    """Of six moments; it is the last generator only where the last MMD is the lowest."""
    run = train(config("model=rcgan", "dataset=mba", "batches=6", "scale.validation.times=6", "logger=csv"))
    scores = run.curves["validation/mmd"].dropna()
    assert len(scores) == 6
    last_is_best = scores.idxmin() == scores.index[-1]
    assert (run.best_generated.fingerprint == run.generated.fingerprint) == last_is_best


def test_a_metric_that_does_not_exist_is_named(config):
    with pytest.raises(ValueError, match=r"keep_best names no metric of the dataset: 'nothing'; known: .*mmd"):
        train(config("model=rcgan", "model.keep_best=nothing"))
