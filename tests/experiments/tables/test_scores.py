"""The scores of real runs at a tiny size, against what computes them, and what the table says of them."""

from __future__ import annotations

import pandas as pd
import pytest

from benchmarks.downstream.recurrent import discriminative_score, predictive_score
from benchmarks.downstream.similarity import statistic_similarity
from experiments.paper import artifact
from experiments.runs.training import train
from experiments.tables import scores

SIX = [*scores.LOWER, *scores.HIGHER]


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_one_row_a_model_and_seed(config, tmp_path):
    """B and, for `real`, A against A′; RCGAN does not generate lengths."""
    chosen = ["dataset=mba", "dataset.held_out=0.5", "batches=2", "scale.samples=60"]
    runs = [train(config(f"model={model}", *chosen)) for model in ("rcgan", "bootstrap")]
    frame = scores.compute(runs)
    assert frame["model"].tolist() == ["real", "rcgan", "bootstrap"]
    assert frame.columns.tolist() == [
        *("model", "seed", *SIX, "discriminative steps", "predictive steps", "lacks lengths")
    ]
    rows = frame.set_index("model")
    assert rows[SIX].notna().sum(axis=1).to_dict() == {"real": 6, "rcgan": 5, "bootstrap": 6}
    assert rows.loc["bootstrap", ["discriminative steps", "predictive steps"]].tolist() == [40, 100]
    parts = runs[1].real
    for model, candidate in (("real", parts.train), ("bootstrap", runs[1].generated)):
        how = {"scale": parts.train, "seed": 0, "log": list(runs[1].config.dataset.log)}
        told = discriminative_score(parts.held_out, candidate, steps=40, **how)
        assert rows.loc[model, "discriminative"] == pytest.approx(told)
        error = predictive_score(candidate, parts.held_out, steps=100, **how)
        assert rows.loc[model, "predictive"] == pytest.approx(error, rel=1e-4)
        assert rows.loc[model, "deviations"] == statistic_similarity(parts.held_out, candidate, "std")
    text = artifact.write("scores", runs, tmp_path / "results")
    assert text.startswith("# Scores (§5.2)") and "after 40 steps" in text and "after 100 steps" in text
    assert f"- No lengths: RCGAN, {runs[0].lacks['lengths']}." in text


def test_nothing_held_out_is_refused(config):
    with pytest.raises(ValueError, match=r"choose dataset\.held_out=0\.5"):
        scores.compute([train(config("model=bootstrap", "dataset=mba"))])


@pytest.mark.parametrize("scale", ["small", "evening", "paper"])
def test_the_steps_are_timegans_at_every_scale_but_smoke(config, scale):
    assert scores.learnt(config(f"scale={scale}").scale.batches) == {"discriminative": 2000, "predictive": 5000}


def scored(**discriminative: list[float]) -> pd.DataFrame:
    rows = [
        {"model": model, "seed": seed, **dict.fromkeys(SIX, 0.25), "discriminative": value}
        for model, values in discriminative.items()
        for seed, value in enumerate(values)
    ]
    frame = pd.DataFrame(rows).assign(**{"discriminative steps": 2000, "predictive steps": 5000, "lacks lengths": ""})
    frame.loc[frame["model"] == "timegan", ["lengths", "lacks lengths"]] = [float("nan"), "its release says so"]
    return frame


def test_medians_ranges_and_what_is_missing():
    frame = scored(timegan=[0.5, 0.4, 0.45], shuffled=[0.3, 0.3, 0.3], ar=[0.1, 0.2, 0.02])
    text = scores.render(frame)
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    assert [line[0] for line in lines[1:]] == ["AR", "Shuffled in time", "TimeGAN"]
    assert lines[1][1:4] == ["0.1000 (0.0200 to 0.2000)", "0.2500 (0.2500 to 0.2500)", "0.250 (0.250 to 0.250)"]
    assert lines[3][3] == "" and lines[3][-1] == "3"
    assert "Discriminative: no better than series shuffled in time: TimeGAN." in text
    assert "Predictive: no better than series shuffled in time: AR, TimeGAN." in text
    assert "- No lengths: TimeGAN, its release says so." in text
    assert "after 2,000 steps" in text and "after 5,000 steps" in text


def test_a_score_that_is_undefined_is_said_to_be():
    frame = scored(ar=[0.1, 0.2])
    frame.loc[0, "deviations"] = float("nan")
    assert scores.render(frame).count("undefined") == 1
