"""What the stopwatch counts, and what is kept along the way."""

from __future__ import annotations

import time

import pytest
from lightning import LightningModule, Trainer

from experiments.paper.artifact import summary
from experiments.runs.monitoring import Stopwatch
from experiments.runs.run import Run
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


@pytest.mark.slow
def test_the_best_on_v_is_the_run_s_generator_where_it_is_selected(config, tmp_path):
    """One run has both, the last one and the best one, whichever is asked for first."""
    chosen = ("model=naive_gan", "dataset=mba", "dataset.held_out=0.5", "batches=6", "scale.validation.times=6")
    best = train(config(*chosen, "select=best", "logger=csv"))
    scores = best.curves["validation/traffic_w1"].dropna()
    last = train(config(*chosen, "+model.keep_best=traffic_w1", "logger=csv"))
    assert last.folder == best.folder != Run.of(config(*chosen)).folder
    assert last.best_generated.fingerprint == best.generated.fingerprint and best.best_generated is None
    assert (best.generated.fingerprint == last.generated.fingerprint) == (scores.idxmin() == scores.index[-1])
    again = best.generator.sample(best.real.wanted, seed=best.seed)
    assert again.fingerprint == best.generated.fingerprint
    assert "of each run the generator of the lowest traffic_w1 on V" in summary([best])
    assert "of each run" not in summary([last])


def test_what_nothing_is_held_out_for_cannot_be_selected(config):
    with pytest.raises(ValueError, match=r"select=best chooses by a metric of mba .* choose dataset\.held_out=0\.5"):
        train(config("model=naive_gan", "dataset=mba", "dataset.held_out=0", "select=best"))
