"""Figures 13 and 24 to 26, Table 5, the augmentation: no leak, who takes part, what is kept, what is written."""

from __future__ import annotations

import csv
import os
import shutil

import numpy as np
import pandas as pd
import pytest

from benchmarks.downstream.classification import classification, labels
from benchmarks.downstream.features import summary
from experiments.figures import figure13, figure24
from experiments.paper import artifact
from experiments.runs.training import train
from experiments.studies import downstream, rankings
from experiments.studies.downstream import Cell, classified, forecasted
from experiments.tables import table5

MARKER = 7_777_777
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("in_this_process")]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture
def resampled(config, outputs):
    """Few tasks in a folder of their own, so that their scores can be damaged."""
    return [train(config("model=bootstrap", "dataset=gcut", "scale.samples=60", f"outputs={outputs}"))]


@pytest.fixture
def pages(smoke):
    return [smoke(f"model={model}") for model in ("doppelganger", "market_simulator", "bootstrap")]


def test_a_marker_that_is_planted_in_a_prime_reaches_neither_generator_nor_predictor(config, tmp_path):
    """Every page of A′ and V is given one value that no page of A has; which pages those are is the seeds' choice."""
    pages, days = 40, 550
    validation, others = np.split(np.random.default_rng(0).permutation(pages), [pages // 10])
    a_prime = others[np.random.default_rng(0).permutation(len(others))[pages // 2 :]]
    held_out = {*validation, *a_prime}
    raw, rng = tmp_path / "train_1.csv", np.random.default_rng(1)
    with open(raw, "w", newline="") as file:
        rows = csv.writer(file)
        first = np.datetime64("2015-07-01")
        rows.writerow(["Page", *(str(first + day) for day in range(days))])
        for page in range(pages):
            views = np.full(days, MARKER) if page in held_out else rng.integers(10, 1000, days)
            rows.writerow([f"Page {page}_de.wikipedia.org_all-access_spider", *views])
    chosen = [f"data={raw}", "scale.samples=null", "batches=2", "scale.validation.samples=5"]
    for model in ("doppelganger", "bootstrap"):
        run = train(config(f"model={model}", *chosen))
        for hidden in (run.real.held_out, run.real.validation):
            assert (hidden.measurements == MARKER).all()
        assert str(MARKER) not in (run.folder / "generator" / "encoder.json").read_text()
        for trained in ("A", "B", "A + B"):
            learnt, tests = Cell(model, run, downstream.FORECASTING, trained).data
            assert learnt.measurements.max() < 1001
            assert (tests["A′"].measurements == MARKER).all()
            if trained == "B":
                assert tests["B′"].measurements.max() < 1001


def test_b_and_b_prime_are_two_sets_of_one_generator(tasks):
    run = tasks[0]
    assert len(run.generated_test) == len(run.generated)
    assert run.generated_test.fingerprint != run.generated.fingerprint
    assert run.generated_test.fingerprint == type(run)(run.folder, run.config).generated_test.fingerprint


def test_every_training_set_meets_the_others(tasks):
    frame = classified(tasks, augment=True)
    met = set(frame.dropna(subset="task")[["model", "trained", "tested"]].itertuples(index=False, name=None))
    assert met >= {
        ("real", "A", "A′"),
        ("real", "A′", "A"),
        ("ar", "B", "A′"),
        ("ar", "B", "B′"),
        ("ar", "A + B", "A′"),
    }
    assert frame["left out"].dropna().nunique() >= 1 and "rcgan" in set(frame["model"])
    assert frame.loc[frame["model"] == "rcgan", "left out"].item() == tasks[2].lacks["metadata"]
    truth = labels(tasks[0].real.held_out, "end event type")
    majority = frame[(frame["predictor"] == "majority class") & (frame["trained"] == "A")]
    common = labels(tasks[0].real.train, "end event type")
    values, counts = np.unique(common, return_counts=True)
    assert majority["accuracy"].item() == pytest.approx((truth == values[counts.argmax()]).mean())


def test_what_was_computed_is_kept_and_shared(resampled, outputs, monkeypatch):
    first = classified(resampled)
    with monkeypatch.context() as patched:
        patched.setattr(downstream, "evaluate", None)
        again = classified(resampled)
    assert first.equals(again)
    assert not list((outputs / "downstream").glob("*.unfinished"))


def test_scores_are_the_same_where_several_processes_compute_them(resampled, outputs, monkeypatch):
    one = classified(resampled)
    shutil.rmtree(outputs / "downstream")
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "2")
    assert classified(resampled).equals(one)


@pytest.mark.parametrize("damage", ["garbage", "cut", "other columns", "a pipe"])
def test_damaged_scores_are_named_with_the_remedy(resampled, damage):
    classified(resampled)
    file = Cell("real", resampled[0], classification("end event type", summary), "A").file
    whole = file.read_bytes()
    file.unlink()
    if damage == "a pipe":
        os.mkfifo(file)
    elif damage == "other columns":
        pd.DataFrame({"a": [1]}).to_parquet(file)
    else:
        file.write_bytes(b"garbage" if damage == "garbage" else whole[:-50])
    try:
        told = rf"{file.name} is damaged .*; delete it, and its scores are computed again"
        with pytest.raises(ValueError, match=told):
            classified(resampled)
    finally:
        file.unlink()
        file.write_bytes(whole)


def test_rankings_by_hand(tasks):
    scores = classified(tasks)
    frame = rankings.compute(scores, "accuracy")
    controls = scores[scores["control"].eq(True)].set_index(["model", "tested"])["accuracy"]
    assert (frame.loc[frame["model"] == "truth", "blind"] == controls["real", "A′"]).all()
    assert (frame.loc[frame["model"] == "ar", "blind"] == controls["ar", "B′"]).all()
    chosen = frame[frame["model"] == "ar"].set_index("predictor")
    truth = frame[frame["model"] == "truth"].set_index("predictor").loc[chosen.index]
    assert len(chosen) == 5
    ranks = [side["score"].rank(ascending=False) for side in (truth, chosen)]
    assert chosen["rank"].tolist() == ranks[1].tolist()
    if ranks[1].nunique() > 1:
        assert chosen["correlation"].iloc[0] == pytest.approx(np.corrcoef(*ranks)[0, 1])
    assert truth["correlation"].to_numpy() == pytest.approx(1)
    assert (chosen["low"] <= chosen["high"]).all() or chosen["low"].isna().all()


@pytest.mark.parametrize("name", ["figure13", "figure25", "table5", "augmentation"])
def test_artifacts_of_tasks(tasks, tmp_path, name):
    text = artifact.write(name, tasks, tmp_path)
    assert "DoppelGANger" in text and "Bootstrap" in text and "Real" in text and "The paper" in text
    assert "Left out: RCGAN, its release generates measurements alone" in text
    assert "Left out: TimeGAN" in text


@pytest.mark.parametrize("name", ["figure24", "figure26", "table5", "augmentation"])
def test_artifacts_of_pages(pages, tmp_path, name):
    text = artifact.write(name, pages, tmp_path)
    assert "Market Simulator" in text and "Left out" not in text


def test_table_5_has_a_part_for_each_dataset(tasks, pages):
    frame = table5.compute([*tasks, *pages])
    assert list(frame["dataset"].unique()) == ["gcut", "wwt"]
    text = table5.render(frame)
    assert "gcut: end event type" in text and "wwt: the next 50 records" in text and "| 0.80" in text


def test_figures_cut_what_tables_do_not(pages):
    frame = figure24.compute(pages)
    frame.loc[frame["model"] == "doppelganger", "R²"] = -1234.5
    assert "-1,234" in figure24.table(frame)
    axis = figure24.render(frame).axes[0]
    assert axis.get_ylim()[0] == figure24.LOWEST
    assert min(bar.get_height() for bar in axis.patches) == figure24.LOWEST


def test_a_classifier_is_compared_with_the_paper(tasks):
    text = figure13.table(figure13.compute(tasks))
    assert "MLP, DoppelGANger's accuracy over" in text and "the paper: 0.80" in text and "the paper: 1.43" in text
    assert text.count("| trained on") == 4  # two scores on two choices of features


def test_where_nothing_is_held_out_nothing_can_be_tested(smoke):
    run = smoke("dataset=mba", "model=bootstrap")
    with pytest.raises(ValueError, match=r"tested on held-out samples; choose dataset.held_out=0.5"):
        classified([run])
    held_out = smoke("dataset=mba", "model=bootstrap", "dataset.held_out=0.5")
    assert "technology from summary" in set(classified([held_out])["task"])


def test_series_that_are_too_short_are_refused(tasks):
    with pytest.raises(ValueError, match="forecasting needs 550 records"):
        forecasted(tasks)
