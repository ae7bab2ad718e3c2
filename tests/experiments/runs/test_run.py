"""A run is whole or not there, and its name depends on all that decides its result and on nothing else."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
import time

import pytest

from experiments.runs.run import Run, identity, making, writing
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
        "trainer=gpu",
        "trainer.precision=bf16-mixed",
    ],
)
def test_what_decides_the_result_decides_the_name(config, override):
    assert identity(config(CHEAP, override)) != identity(config(CHEAP))


@pytest.mark.parametrize(
    "override",
    [
        *("logger=csv", "launcher=joblib", "scale.validation.times=3", "trainer.log_every_n_steps=7"),
        "+model.training_samples=null",
    ],
)
def test_what_does_not_decide_the_result_does_not_decide_the_name(config, override):
    assert identity(config(CHEAP, override)) == identity(config(CHEAP))


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        (["model=doppelganger", "dataset=wwt", "scale.samples=200", "scale.batches=20"], "90059f990fa7"),
        (["model=ar", "dataset=gcut_jobs", "scale=evening"], "1fefa42f469f"),
    ],
)
def test_moving_house_does_not_change_the_name(config, chosen, name):
    """Runs that were made before are found: where code stands, and how a model is drawn, decides nothing."""
    assert identity(config(*chosen)) == name


def test_how_much_is_v_decides_the_name(config):
    assert identity(config(CHEAP, "+dataset.validation=0.4")) != identity(config(CHEAP))


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


def test_validation_decides_where_it_chooses_a_generator(config):
    assert identity(config("model=rcgan", "scale.validation.times=3")) != identity(config("model=rcgan"))


def test_a_run_that_was_interrupted_does_not_look_finished(config):
    run = Run.of(config(CHEAP))
    with pytest.raises(KeyboardInterrupt), writing(run) as folder:
        (folder / "checkpoint.ckpt").write_text("so far")
        raise KeyboardInterrupt
    assert not run.finished
    with writing(run) as folder:
        assert (folder / "checkpoint.ckpt").read_text() == "so far"
    assert run.finished and not run.unfinished.exists() and not (run.folder / "checkpoint.ckpt").exists()


@pytest.mark.parametrize("part", ["run.json", "generated/measurements.npy", "generated"])
def test_a_damaged_run_says_what_to_do(copy, part):
    run = copy(CHEAP)
    damaged = run.folder / part
    if damaged.is_dir():
        shutil.rmtree(damaged)
    else:
        damaged.write_bytes(damaged.read_bytes()[:20])
    again = Run.of(run.config)
    with pytest.raises(ValueError, match=rf"{run.folder}.*delete it and run it again"):
        assert again.provenance and len(again.generated)


def test_a_finished_run_is_found_and_not_made_again(config):
    run = train(config(CHEAP))
    before = (run.folder / "run.json").stat().st_mtime_ns
    assert (train(config(CHEAP)).folder / "run.json").stat().st_mtime_ns == before


def test_a_run_knows_when_its_data_have_changed(copy):
    run = copy(CHEAP)
    assert len(run.real.train) == 100
    facts = (run.folder / "run.json").read_text()
    (run.folder / "run.json").write_text(facts.replace(run.provenance["data"]["fingerprint"], "0" * 16))
    with pytest.raises(ValueError, match="trained on other data"):
        _ = Run.of(run.config).real


@pytest.mark.slow
def test_a_run_gives_back_its_generator_and_its_curves(copy, together):
    run = copy("model=rcgan", "batches=4", "scale.validation.times=2")
    again = run.generator.sample(len(run.generated), seed=run.seed)
    assert again.fingerprint == run.generated.fingerprint
    assert set(run.lacks) == {"metadata", "lengths"}
    scores = run.curves.dropna(subset=["validation/mmd"])
    assert scores["step"].tolist() == [2, 4]
    assert run.best_generated is not None and copy(CHEAP).best_generated is None
    shutil.rmtree(run.folder / "metrics")
    with pytest.raises(ValueError, match=r"has no curves.*run it again with logger=csv"):
        _ = Run.of(run.config).curves


PLANTED = "{_target_: builtins.open, _args_: [MARKER, w]}"


@pytest.mark.parametrize(
    "planted",
    [
        "dataset: {load: {raw: PLANTED}}",
        "dataset: {load: {_target_: pandas.read_pickle, filepath_or_buffer: MARKER}}",
        "model: {name: bootstrap, module: PLANTED}",
        "seed: ${oc.create:PLANTED}",
        "logger: [PLANTED, {a: [PLANTED]}]",
        "_target_: builtins.open\n_args_: [MARKER, w]",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]",
        "!!python/object/apply:builtins.open [MARKER, w]",
    ],
)
def test_nothing_in_a_run_folder_is_a_configuration(copy, tmp_path, planted):
    """A folder of runs of somebody else: whatever its config.yaml and run.json say, nothing is made or imported."""
    run = copy(CHEAP)
    marker = tmp_path / "marker"
    hostile = planted.replace("PLANTED", PLANTED).replace("MARKER", str(marker))
    (run.folder / "config.yaml").write_text(hostile)
    again = train(run.config)
    assert again.generator is not None
    assert len(again.real.train) == 100 and len(again.generated) and again.model == "bootstrap"
    assert again.provenance["revision"] and not marker.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "Input should be an object"),
        ("{}", "data: Field required"),
        ("[" * 99_999, "Invalid JSON: recursion limit exceeded"),
        ('{"_target_": "os.system"}', "data: Field required"),
        ("nonsense", "Invalid JSON"),
        (" " * (17 * 2**20), "more than the"),
    ],
)
def test_run_json_is_checked_field_by_field(copy, text, told):
    run = copy(CHEAP)
    (run.folder / "run.json").write_text(text)
    with pytest.raises(ValueError, match=f"is damaged .*{told}.*delete it and run it again"):
        _ = Run.of(run.config).provenance


def test_a_pipe_in_place_of_a_file_does_not_hang(copy):
    run = copy(CHEAP)
    (run.folder / "run.json").unlink()
    os.mkfifo(run.folder / "run.json")
    with pytest.raises(ValueError, match="is a pipe, a socket or a device"):
        _ = Run.of(run.config).provenance


@pytest.mark.parametrize("part", ["generated", "generator"])
def test_what_another_run_has_made_is_not_taken_for_its_own(copy, part):
    one, other = copy(CHEAP), copy(CHEAP, "seed=1")
    shutil.rmtree(one.folder / part)
    shutil.copytree(other.folder / part, one.folder / part)
    with pytest.raises(ValueError, match=rf"{part}/ is not what the run has made, by its hash in run.json"):
        _ = getattr(Run.of(one.config), part)
    shutil.rmtree(one.folder)
    shutil.copytree(other.folder, one.folder)
    with pytest.raises(ValueError, match=f"run.json is that of the run {other.folder.name}"):
        _ = Run.of(one.config).generated


def test_one_run_has_one_maker(config, caplog):
    """The second waits and says for whom; what the first has finished is found, not made again."""
    chosen = config(CHEAP)
    run, order = Run.of(chosen), []

    def second() -> None:
        order.append("second begins")
        train(chosen)
        order.append("second has it")

    thread = threading.Thread(target=second)
    with caplog.at_level(logging.WARNING), making(run):
        thread.start()
        while "waiting for it" not in caplog.text:
            time.sleep(0.01)
        with writing(run) as folder:
            (folder / "run.json").write_text("{}")
        order.append("first has finished")
    thread.join(timeout=60)
    assert order == ["second begins", "first has finished", "second has it"]
    assert f"is being made by process {os.getpid()} on" in caplog.text
    assert [file.name for file in run.folder.iterdir()] == ["run.json"] and not run.unfinished.exists()


def test_a_dead_makers_lock_is_no_obstacle(config, tmp_path):
    run = Run.of(config(CHEAP))
    program = "import sys, os; from filelock import FileLock; FileLock(sys.argv[1]).acquire(); os.kill(os.getpid(), 9)"
    run.lock.parent.mkdir(parents=True)
    subprocess.run([sys.executable, "-c", program, str(run.lock)], check=False, timeout=60)
    assert run.lock.exists()
    assert train(config(CHEAP)).finished
