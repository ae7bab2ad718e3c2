"""A run is whole or not there, and its name depends on all that decides its result and on nothing else."""

from __future__ import annotations

import shutil

import pytest

from experiments.runs.run import Run, identity, writing
from experiments.runs.training import train

CHEAP = "model=bootstrap"


@pytest.mark.parametrize(
    "override",
    [
        "seed=1",
        "model=doppelganger",
        "+model.module.batch_size=7",
        "scale.batches=21",
        "scale.samples=90",
        "dataset.held_out=0.4",
    ],
)
def test_what_decides_the_result_decides_the_name(config, override):
    assert identity(config(CHEAP, override)) != identity(config(CHEAP))


@pytest.mark.parametrize("override", ["logger=csv", "trainer=gpu", "launcher=joblib", "scale.validation.times=3"])
def test_what_does_not_decide_the_result_does_not_decide_the_name(config, override):
    assert identity(config(CHEAP, override)) == identity(config(CHEAP))


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        (["model=doppelganger", "dataset=wwt"], "1ee1b053b23f"),
        (["model=rcgan", "dataset=gcut_jobs", "scale=evening"], "f85b48f87e88"),
    ],
)
def test_moving_house_does_not_change_the_name(config, chosen, name):
    """Runs that were made before are found: where code stands, and how a model is drawn, decides nothing."""
    assert identity(config(*chosen)) == name


def test_where_outputs_are_kept_and_how_a_dataset_is_drawn_do_not_decide_the_name(config, tmp_path):
    gcut = identity(config(CHEAP, "dataset=gcut"))
    assert identity(config(CHEAP, "dataset=gcut", f"outputs={tmp_path / 'elsewhere'}")) == gcut
    assert identity(config(CHEAP, "dataset=gcut", "dataset.correlated=[]")) == gcut


def test_the_content_of_the_data_file_decides_the_name(config, tmp_path):
    first, second, third = tmp_path / "1.csv", tmp_path / "2.csv", tmp_path / "3.csv"
    first.write_text("a")
    second.write_text("b")
    third.write_text("a")
    names = [identity(config(CHEAP, f"data={file}")) for file in (first, second, third)]
    assert names[0] == names[2] != names[1]


def test_a_run_that_was_interrupted_does_not_look_finished(config):
    run = Run.of(config(CHEAP))
    with pytest.raises(KeyboardInterrupt), writing(run) as folder:
        (folder / "checkpoint.ckpt").write_text("so far")
        raise KeyboardInterrupt
    assert not run.finished
    with writing(run) as folder:
        assert (folder / "checkpoint.ckpt").read_text() == "so far"
    assert run.finished and not run.unfinished.exists() and not (run.folder / "checkpoint.ckpt").exists()


@pytest.mark.parametrize("part", ["run.json", "config.yaml", "generated/measurements.npy", "generated"])
def test_a_damaged_run_says_what_to_do(config, part):
    run = train(config(CHEAP))
    damaged = run.folder / part
    if damaged.is_dir():
        shutil.rmtree(damaged)
    else:
        damaged.write_bytes(damaged.read_bytes()[:20])
    again = Run(run.folder)
    with pytest.raises(ValueError, match=rf"{run.folder}.*delete it and run it again"):
        assert again.model and again.provenance and len(again.generated)


def test_a_finished_run_is_found_and_not_made_again(config):
    run = train(config(CHEAP))
    before = (run.folder / "run.json").stat().st_mtime_ns
    assert (train(config(CHEAP)).folder / "run.json").stat().st_mtime_ns == before


def test_a_run_knows_when_its_data_have_changed(config):
    run = train(config(CHEAP))
    assert len(run.real.train) == 200
    facts = (run.folder / "run.json").read_text()
    (run.folder / "run.json").write_text(facts.replace(run.provenance["data"]["fingerprint"], "0" * 16))
    with pytest.raises(ValueError, match="trained on other data"):
        _ = Run(run.folder).real


def test_a_run_gives_back_its_generator_and_its_curves(config):
    run = train(config("model=rcgan", "batches=4", "logger=csv"))
    again = run.generator.sample(len(run.generated), seed=run.seed)
    assert again.fingerprint == run.generated.fingerprint
    assert set(run.lacks) == {"metadata", "lengths"}
    scores = run.curves.dropna(subset=["validation/mmd"])
    assert scores["step"].tolist() == [2, 4]
    assert run.best_generated is not None and train(config(CHEAP)).best_generated is None
    shutil.rmtree(run.folder / "metrics")
    with pytest.raises(ValueError, match=r"has no curves.*run it again with logger=csv"):
        _ = Run(run.folder).curves
