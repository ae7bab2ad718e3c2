"""The scoreboard of real runs at a tiny size; its ranks, scale and verdicts by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare, rankdata

from benchmarks.scoreboard import columns
from experiments.figures import scoreboard
from experiments.paper import artifact
from experiments.studies.budgets import LAST


@pytest.mark.slow
def test_of_every_model_and_column(smoke, tmp_path):
    """AR copies its metadata, RCGAN has none; `real` is A, as many as are held out."""
    runs = [smoke(f"model={model}") for model in ("ar", "rcgan", "bootstrap", "shuffled")]
    frame = scoreboard.compute(runs)
    assert set(frame["model"]) == {"real", "ar", "rcgan", "bootstrap", "shuffled"}
    values = frame.pivot(index="model", columns="column", values="value")
    parts = runs[0].real
    applied = columns(parts.train, parts.held_out)
    assert {column.name for column in applied} | {"training", "sampling"} == set(values.columns)
    level = next(column for column in applied if column.name == "level")
    train = parts.train.take(slice(len(parts.held_out)))
    assert values.loc["real", "level"] == level.score(parts.train, parts.held_out, train, seed=0)
    assert np.isnan(values.loc["rcgan", "joint metadata"]) and np.isnan(values.loc["real", "memorization"])
    joint = frame[frame["column"] == "joint metadata"].set_index("model")["copied"]
    assert "draws its metadata from the training samples" in joint["ar"] and joint["shuffled"] == ""
    text = artifact.write("scoreboard", runs, tmp_path)
    assert "Whole sample:" in text and "Mean ranks" in text and "| AR " in text
    assert {file.suffix for file in tmp_path.iterdir()} == {".csv", ".json", ".md", ".pdf", ".png"}


@pytest.mark.slow
def test_it_needs_held_out_samples(smoke):
    with pytest.raises(ValueError, match=r"choose dataset\.held_out=0\.5"):
        scoreboard.compute([smoke("dataset=mba", "model=shuffled")])


@pytest.mark.slow
def test_it_needs_more_than_the_bootstrap(smoke):
    with pytest.raises(ValueError, match="name one by model="):
        scoreboard.compute([smoke("model=bootstrap")])


def frame(errors: dict[str, list[list[float]]]) -> pd.DataFrame:
    """errors[model][seed][column]."""
    rows = [
        {"model": model, "seed": seed, "column": f"c{column}", "error": error, "value": error, "copied": ""}
        for model, seeds in errors.items()
        for seed, row in enumerate(seeds)
        for column, error in enumerate(row)
    ]
    return pd.DataFrame(rows).assign(aspect="time", unit="bits", reference="")


ERRORS = {
    "real": [[0.1, 1.0]] * 3,
    "bootstrap": [[0.1, 2.0]] * 3,
    "shuffled": [[1.1, 2.0]] * 3,
    "doppelganger": [[0.2, 1.0], [0.3, 1.1], [0.4, 1.2]],
    "ar": [[0.6, 3.0], [0.6, 4.0], [0.6, 3.0]],
    "gaussian": [[0.5, 1.5], [0.7, 0.5], [0.5, 1.5]],
}


def test_ranks_are_scipys():
    """Over models that compete and controls, less `real` and the bootstrap."""
    ranks = scoreboard.ranks_of(frame(ERRORS))
    ranked = [model for model in ERRORS if model not in ("real", "bootstrap")]
    for seed in range(3):
        by_hand = rankdata([ERRORS[model][seed] for model in ranked], axis=0).mean(axis=1)
        assert ranks.loc[seed, ranked].tolist() == by_hand.tolist()


def test_what_is_copied_takes_no_part():
    copied = frame(ERRORS)
    copied.loc[(copied["model"] == "doppelganger") & (copied["column"] == "c1"), "copied"] = "it copies"
    assert scoreboard.ranks_of(copied)["doppelganger"].tolist() == [1.0, 1.0, 1.0]
    assert "1*" in scoreboard.table(copied).replace(" ", "")


def test_the_scale_ends_at_shuffled_where_shuffling_does_harm():
    scaled = scoreboard.scaled_medians(frame(ERRORS))
    assert scaled.loc["shuffled", "c0"] == pytest.approx(1) and scaled.loc["real", "c0"] == pytest.approx(0)
    assert scaled.loc["doppelganger", "c0"] == pytest.approx(0.2)  # (0.3 - 0.1) / (1.1 - 0.1)
    assert scaled["c1"].isna().all()  # resampling alone costs as much


def test_a_model_that_does_not_clear_a_control_is_marked():
    told = scoreboard.table(frame(ERRORS))
    assert "No better by mean rank than the best of the controls: AR." in told
    rivals, floors = scoreboard.claims(frame(ERRORS))
    assert rivals.outcome == "holds"
    assert floors.outcome == "inconclusive" and "Gaussian" in floors.reason  # mean ranks of 1, 1.5, 1 against 2, 2, 2


def test_the_drawing_joins_what_is_not_apart():
    """Two models that change places from seed to seed, and one that is always last."""
    rng = np.random.default_rng(0)
    many = {"real": [[0.0] * 5] * 10, "shuffled": [[9.0] * 5] * 10}
    many |= {model: list(rng.random((10, 5)) + shift) for model, shift in {"ar": 0, "rnn": 0, "hmm": 5}.items()}
    ranks = scoreboard.ranks_of(frame(many))
    assert friedmanchisquare(*ranks.to_numpy().T).pvalue < 0.01
    figure = scoreboard.render(frame(many))
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert any("HMM" in text for text in texts) and any("AR" in text for text in texts)
    bars = [line.get_xdata() for axes in figure.axes for line in axes.lines if line.get_linewidth() == 2]
    assert bars and all((np.diff(bar) >= 0).all() for bar in bars)  # in no order of a set, which changes the pixels


def test_what_is_not_trained_is_shown_and_not_ranked():
    errors = frame(ERRORS)
    falling = errors.assign(**{LAST: np.where(errors["model"] == "ar", 0.5, 1.0)})
    assert "ar" not in scoreboard.ranks_of(falling) and "ar" in scoreboard.ranks_of(errors)
    text = scoreboard.table(falling)
    (row,) = (line for line in text[text.index("Mean ranks") :].splitlines() if line.startswith("| AR"))
    assert "| not trained" in row and "- Not trained: with every seed" in text
    assert "| AR" in text[: text.index("Mean ranks")]
    assert scoreboard.ranks_of(errors.assign(**{LAST: 0.5})).columns.intersection(["ar", "doppelganger"]).empty
