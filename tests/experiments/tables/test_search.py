"""A search is a dozen trials of every model, the first as its paper says, and V alone decides."""

from __future__ import annotations

import inspect
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest
from hydra import initialize_config_dir
from hydra.utils import get_class
from omegaconf import DictConfig

from experiments.ink.models import CONF, models, searched
from experiments.paper.grid import grid
from experiments.studies import columns
from experiments.tables import search

DATASETS = {"wwt": [], "mba": ["dataset.held_out=0.5"], "gcut_jobs": []}


def trials(*overrides: str) -> list[DictConfig]:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return grid("search", ["scale=search", *overrides])


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS)
def test_every_model_has_a_dozen_trials(dataset):
    found = trials("search=all", f"dataset={dataset}", *DATASETS[dataset])
    counted = pd.Series([trial.model.name for trial in found]).value_counts()
    assert set(counted.index) == set(searched(found[0].dataset.models)) and (counted == 12).all()
    assert {"doppelganger", "naive_gan", "ar", "rnn", "hmm"} <= set(counted.index)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(file.stem for file in Path(CONF / "search").glob("*.yaml")))
def test_the_first_trial_is_the_model_as_its_paper_says(name):
    """What a trial sets is in the first one what the model has anyway; ends are sampled in all of them (D48)."""
    if name == "all":
        return
    first, own = trials(f"search={name}")[0].model, models()[name]
    assert first.encoder.auto_normalize == own.encoder.auto_normalize
    assert list(first.encoder.get("range", (-1, 1))) == [-1, 1]
    parameters = inspect.signature(get_class(first.module._target_).__init__).parameters
    usual = {key: parameter.default for key, parameter in parameters.items()} | dict(own.module)
    for key, value in first.module.items():
        if key not in ("_target_", "_partial_", "end", "season"):
            assert value == usual[key] or str(value) == str(usual[key]), key


def test_v_alone_is_looked_at(smoke):
    run = smoke("model=bootstrap", "scale.samples=300")
    asked = []

    class Spy:
        name, aspect, unit, reference, better, ideal, only = "spy", "time", "", "", "lower", 0.0, ""

        def score(self, train, held_out, synthetic, *, seed):
            asked.append((train.fingerprint, held_out.fingerprint, len(synthetic)))
            return 0.5

    with patch.object(columns, "columns", lambda train, reference: [Spy()]):
        frame = search.compute([run])
    assert asked == [(run.real.train.fingerprint, run.real.validation.fingerprint, len(run.real.validation))]
    assert frame["value"].tolist() == [0.5]


def test_trials_are_ranked_by_hand():
    """The first trial draws column b from training samples and is not ranked there; the others change places."""
    errors = {0: (0.1, 3.0), 1: (0.2, 2.0), 2: (0.3, 0.5)}
    rows = [
        {"model": "ar", "seed": 0, "number": number, "settings": f"p = {number}", "seconds": 1.0}
        | {"column": name, "error": error, "value": error, "copied": "" if name == "a" else "drawn" * (number == 0)}
        for number, pair in errors.items()
        for name, error in zip("ab", pair, strict=True)
    ]
    text = search.render(pd.DataFrame(rows))
    lines = [line for line in text.splitlines() if "p = " in line]
    assert [line.split("|")[1].strip() for line in lines] == ["p = 0 (its paper)", "p = 1", "p = 2"]
    assert [float(line.split("|")[2]) for line in lines] == [1.0, 2.0, 2.0]


def test_settings_say_what_differs(smoke):
    runs = [smoke("model=bootstrap"), smoke("model=bootstrap", "model.encoder.auto_normalize=true")]
    assert search._settings(runs) == ["auto_normalize = False", "auto_normalize = True"]
