"""Every value that decides a run is checked before anything is read or made, and named where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.runs.settings import check
from experiments.runs.training import train

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("batches=0", "batches: Input should be greater than or equal to 1, got 0"),
        ("batches=-1", "batches: Input should be greater than or equal to 1, got -1"),
        ("batches=1.5", "batches: Input should be a valid integer, got 1.5"),
        ("batches=null", "batches: Input should be a valid integer, got None"),
        ("batches=true", "batches: Input should be a valid integer, got True"),
        ("seed=null", "seed: Input should be a valid integer, got None"),
        ("seed=-1", "seed: Input should be greater than or equal to 0, got -1"),
        ("seed=1000000", "seed: Input should be less than 1000000, got 1000000"),
        ("data=0", "data: Input should be a valid string, got 0"),
        ("data=''", "data: String should have at least 1 character, got ''"),
        ("outputs=''", "outputs: String should have at least 1 character, got ''; name the folder"),
        ("outputs=null", "outputs: Input should be a valid string, got None; name the folder"),
        ("dataset.held_out=1", "dataset.held_out.constrained-float: Input should be less than 1, got 1"),
        ("dataset.held_out=-0.5", "greater than or equal to 0, got -0.5"),
        ("dataset.task=guessing", "dataset.task: Input should be 'forecasting' or 'classification', got 'guessing'"),
        ("scale.samples=abc", "scale.samples: Input should be a valid integer, got 'abc'"),
        ("scale.samples=1", "scale.samples: Input should be greater than or equal to 2, got 1"),
        ("scale.seeds=0", "scale.seeds: Input should be greater than or equal to 1, got 0"),
        ("scale.validation.times=0", "scale.validation.times: Input should be greater than or equal to 1, got 0"),
        ("scale.checkpoint_every=0", "scale.checkpoint_every: Input should be greater than or equal to 1, got 0"),
        ("+scale.budgets.ar=-3", "scale.budgets.ar: Input should be greater than or equal to 1, got -3"),
        ("+model.training_samples=-3", "model.training_samples: Input should be greater than or equal to 1, got -3"),
        ("model.encoder=3", "model.encoder: Input should be a valid dictionary, got 3"),
        ("+trainer.fast_dev_run=true", "trainer.fast_dev_run: Extra inputs are not permitted, got True; a run trains"),
        ("+trainer.max_steps=1", "trainer.max_steps: Extra inputs are not permitted, got 1; a run trains"),
        ("+trainer.max_time='00:00:00:01'", "trainer.max_time: Extra inputs are not permitted"),
        ("+trainer.limit_train_batches=0", "trainer.limit_train_batches: Extra inputs are not permitted"),
        ("trainer.devices=2", "trainer.devices: Input should be 1, got 2; a run trains for its batches on one device"),
        (
            "trainer.devices=[0,1]",
            "trainer.devices: Input should be 1, got [0, 1]; a run trains for its",
        ),
        (
            "trainer.devices=-1",
            "trainer.devices: Input should be 1, got -1; a run trains for its batches on one device",
        ),
        ("cells_a_device=0", "cells_a_device: Input should be greater than or equal to 1, got 0"),
        ("trainer.precision=16", "trainer.precision: Input should be '32-true' or 'bf16-mixed', got 16"),
        ("trainer.accelerator=tpu", "trainer.accelerator: Input should be 'cpu' or 'gpu', got 'tpu'"),
    ],
)
def test_a_wrong_value_is_named(config, override, told):
    chosen = config(override)
    with pytest.raises(ValueError) as caught:
        train(chosen)
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_too_few_samples_to_split_are_named(config):
    with pytest.raises(
        ValueError, match=r"4 samples of wwt leave none .* where 0.5 of them are held out; ask for more"
    ):
        train(config("scale.samples=2"))


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["model", "dataset", "scale", "trainer"])
def test_every_config_of_ours_passes(config, folder):
    for file in sorted((ROOT / "conf" / folder).glob("*.yaml")):
        check(config(f"{folder}={file.stem}"))
