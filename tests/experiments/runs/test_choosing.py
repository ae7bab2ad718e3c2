"""S is chosen by short trainings: the same again, each batch once, told and refused where it cannot be."""

from __future__ import annotations

import json
import math
from functools import partial

import pytest
from lightning import Callback, Trainer

from dg import DoppelGANger, Encoder
from dg.datasets import wwt
from experiments.runs.choosing import FILE, _better_half, with_sample_len
from experiments.runs.run import identity
from experiments.runs.training import train

SMALL = {"metadata_units": 8, "lstm_units": 8, "discriminator_units": 8, "batch_size": 10}


class Counted(Callback):
    """Batches of all trainings."""

    def __init__(self) -> None:
        self.batches = 0

    def on_train_batch_end(self, *_: object) -> None:
        self.batches += 1


def choose(folder, counted: Counted, tell: list[str]):
    def trainer(callbacks, **options) -> Trainer:
        return Trainer(callbacks=[*callbacks, counted], **options)

    data = wwt.simulate(50, seed=0)
    return with_sample_len(
        partial(DoppelGANger, **SMALL),
        data,
        None,
        encoder=Encoder.fit(data, log=["views"]),
        batches=64,
        seed=0,
        folder=folder,
        trainer=trainer,
        tell=tell.append,
    )


@pytest.mark.slow
def test_the_better_half_goes_on_and_nothing_is_trained_twice(tmp_path):
    """Five for an epoch of 4 batches, three of them for another, two for two more: 48 of the 64 of a training."""
    counted, told = Counted(), list[str]()
    first = choose(tmp_path, counted, told).keywords["sample_len"]
    assert counted.batches == 48 and len(told) == 4 and told[-1].startswith(f"S = {first}: ")
    errors = json.loads((tmp_path / FILE).read_text())["errors"]
    assert [sum(f", {n} batches" in name for name in errors) for n in (4, 8, 16)] == [5, 3, 2]
    last = {int(name.split()[2].rstrip(",")): error for name, error in errors.items() if ", 16 batches" in name}
    usual, other = 11, min(last.keys() - {11})  # 550 records in 50 passes
    assert first == (other if last[other] < 0.9 * last[usual] else usual)
    assert not list(tmp_path.glob("*.ckpt"))
    assert choose(tmp_path, counted, told).keywords["sample_len"] == first and counted.batches == 48


@pytest.mark.parametrize(
    ("errors", "left"),
    [
        ({3: 4.0, 6: 1.0, 11: 5.0, 22: 3.0, 46: 2.0}, [11, 6, 46]),
        ({3: 1.0, 11: math.inf, 22: math.inf}, [11, 3]),
        ({3: 0.91, 11: 1.0}, [11]),
        ({11: 1.0, 22: 0.89}, [22]),
        ({11: math.inf, 22: 5.0}, [22]),
        ({11: math.inf, 22: math.inf}, [11]),
    ],
)
def test_the_papers_s_has_to_be_beaten_by_a_tenth(errors, left):
    assert _better_half(errors, usual=11) == left


@pytest.mark.slow
def test_a_run_takes_the_s_that_was_chosen_and_is_another_run_than_one_that_names_it(config):
    options = ("dataset=mba", "dataset.held_out=0.5", "batches=16")
    run = train(config(*options, "dataset.sample_len=auto"))
    chosen = run.generator.module.generator.sample_len
    named = config(*options, f"dataset.sample_len={chosen}")
    assert identity(named) != run.folder.name
    assert train(named).generated.fingerprint == run.generated.fingerprint


def test_private_training_names_its_s(config):
    with pytest.raises(ValueError, match="sample_len is auto, and epsilon does not count short trainings: name S"):
        train(config("model=doppelganger_private", "model.pretraining=null", "model.module.sample_len=auto"))
