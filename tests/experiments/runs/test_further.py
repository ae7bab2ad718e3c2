"""A run of more batches is the same whether it begins anew or goes on where a shorter one has ended."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import torch

from experiments.runs.further import can_go_on, shorter
from experiments.runs.run import CHECKPOINT, Run
from experiments.runs.training import train

SMALL = ("model=naive_gan", "scale.checkpoint_every=1", "trainer.log_every_n_steps=1", "logger=csv")


def test_it_goes_on_where_the_shorter_run_ended_and_is_that_of_one_piece(config, tmp_path, caplog):
    first = train(config(*SMALL, "scale.batches=6", "keep_checkpoint=true"))
    longest = train(config(*SMALL, "scale.batches=9", "keep_checkpoint=true"))
    began_anew = train(config(*SMALL, "scale.batches=14", f"outputs={tmp_path / 'elsewhere'}"))
    assert first.config.batches == 6 and shorter(Run.of(config(*SMALL, "scale.batches=14"))) == longest
    with caplog.at_level(logging.INFO):
        went_on = train(config(*SMALL, "scale.batches=14"))
    assert f"goes on from {longest.folder}, 9 batches" in caplog.text
    weights, again = (run.generator.module.state_dict() for run in (began_anew, went_on))
    assert all(torch.equal(weights[name], again[name]) for name in weights) and weights.keys() == again.keys()
    np.testing.assert_array_equal(began_anew.generated.measurements, went_on.generated.measurements)
    assert went_on.folder.name == began_anew.folder.name and not (went_on.folder / CHECKPOINT).exists()
    seen = [run.curves.set_index("step")["train/generator"].dropna() for run in (began_anew, went_on)]
    assert seen[0].tolist() == seen[1].tolist() and len(seen[0]) == 14


def test_a_run_keeps_no_checkpoint_unless_it_is_told_to(config):
    run = train(config(*SMALL, "scale.batches=6"))
    assert not (run.folder / CHECKPOINT).exists() and shorter(Run.of(config(*SMALL, "scale.batches=9"))) is None


@pytest.mark.parametrize("other", ["seed=1", "+model.module.batch_size=7", "scale.samples=90", "model=doppelganger"])
def test_another_run_is_no_beginning(config, other):
    train(config(*SMALL, "scale.batches=6", "keep_checkpoint=true"))
    assert shorter(Run.of(config(*SMALL, "scale.batches=9"))) is not None
    assert shorter(Run.of(config(*SMALL, "scale.batches=9", other))) is None


def test_a_run_that_cannot_be_read_stops_no_other(config):
    run = train(config(*SMALL, "scale.batches=6", "keep_checkpoint=true"))
    (run.folder / "run.json").write_text("{")
    assert shorter(Run.of(config(*SMALL, "scale.batches=9"))) is None


def test_a_set_number_of_epochs_stays_what_it_is(config, tmp_path):
    hmm = ("model=hmm", "+model.module.iterations=3", "logger=csv")
    train(config(*hmm, "scale.batches=6", "keep_checkpoint=true"))
    began_anew = train(config(*hmm, "scale.batches=9", f"outputs={tmp_path / 'elsewhere'}"))
    went_on = train(config(*hmm, "scale.batches=9"))
    np.testing.assert_array_equal(began_anew.generated.measurements, went_on.generated.measurements)


def test_a_damaged_checkpoint_is_named(config):
    run = train(config(*SMALL, "scale.batches=6", "keep_checkpoint=true"))
    (run.folder / CHECKPOINT).write_bytes(b"PK\x03\x04 half a file")
    with pytest.raises(ValueError, match=rf"^{run.folder / CHECKPOINT} is damaged .*delete it to train from the start"):
        train(config(*SMALL, "scale.batches=9"))


@pytest.mark.parametrize(
    ("chosen", "can"),
    [
        (["model=doppelganger"], True),
        (["model=ar"], True),
        (["model=timegan"], False),
        (["model=rcgan"], False),
        (["model=doppelganger", "select=best"], False),
        (["model=doppelganger", "+scale.validation.averages=[0.9]"], False),
        (["model=doppelganger", "+model.module.sample_len=auto"], False),
        (["model=doppelganger", "+model.privacy={noise_multiplier: 1, learnt_scales: true}"], False),
    ],
)
def test_where_the_number_of_batches_says_more_than_when_training_ends_it_begins_anew(config, chosen, can):
    assert can_go_on(config(*chosen)) == can
