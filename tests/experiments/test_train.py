"""One run from the command line: what it writes, how it is killed and goes on, how it says no."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from omegaconf import OmegaConf

from experiments.runs.run import Run
from tests.commands import Command

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
SMALL = ["model=doppelganger", "dataset=wwt", "scale=smoke", "seed=1", "scale.samples=100", "scale.batches=12"]
SMALL += ["scale.validation.times=2"]
QUIET = [*SMALL, "logger=csv"]


def start(outputs: Path, *overrides: str, **limits: int) -> Command:
    return Command("experiments.train", f"outputs={outputs}", *overrides, **limits)


def finish(command: Command, code: int = 0) -> str:
    status, output, errors = command.finish()
    assert status == code, errors
    return output + errors


def weights(outputs: Path) -> bytes:
    (file,) = outputs.glob("runs/*/generator/weights.safetensors")
    return file.read_bytes()


def curves(outputs: Path) -> pd.DataFrame:
    (folder,) = outputs.glob("runs/*")
    return Run(folder, OmegaConf.create()).curves


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory) -> Path:
    """In a new interpreter, with all that is logged."""
    outputs = tmp_path_factory.mktemp("unbroken")
    command = ["-m", "experiments.train", f"outputs={outputs}", *SMALL, "trainer.log_every_n_steps=2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True, timeout=300)
    return outputs


def test_a_run_folder_holds_all_that_was_made(unbroken):
    (run,) = unbroken.glob("runs/*")
    names = {str(file.relative_to(run)) for file in run.rglob("*") if file.is_file()}
    assert {"config.yaml", "run.json", "generator/weights.safetensors", "generated/measurements.npy"} <= names
    assert {"samples/0000006.png", "samples/0000012.png"} <= names
    assert not [name for name in names if name.endswith((".ckpt", ".unfinished", ".pkl"))]
    assert list(run.glob("wandb/offline-run-*/*.wandb"))


def test_every_player_is_logged(unbroken):
    logged = curves(unbroken)
    for column in (
        "train/discriminator_distance",
        "train/discriminator_penalty",
        "train/discriminator_gradient_norm",
        "train/auxiliary_discriminator_distance",
        "train/generator",
        "train/batches_per_second",
        "validation/autocorrelation_mse",
    ):
        assert logged[column].notna().any(), column


@pytest.mark.parametrize("moment", [0.0, 0.4, 1.1])
def test_killed_at_any_moment_and_started_again_it_ends_with_the_same_weights(tmp_path, unbroken, moment):
    command = start(tmp_path, *QUIET)
    while not list(tmp_path.glob("runs/*.unfinished/checkpoint.ckpt")) and command.poll() is None:
        time.sleep(0.01)
    time.sleep(moment)
    command.send_signal(signal.SIGKILL)
    command.finish()
    finish(start(tmp_path, *QUIET))
    assert weights(tmp_path) == weights(unbroken)
    resumed, whole = (curves(folder)["validation/autocorrelation_mse"] for folder in (tmp_path, unbroken))
    assert resumed.dropna().tolist() == whole.dropna().tolist()


def test_interrupted_by_the_keyboard_it_goes_on(tmp_path, unbroken):
    command = start(tmp_path, *QUIET)
    while not list(tmp_path.glob("runs/*.unfinished/checkpoint.ckpt")) and command.poll() is None:
        time.sleep(0.01)
    command.send_signal(signal.SIGINT)
    status, output, errors = command.finish(timeout=60)
    assert "Traceback" not in output + errors
    assert not [folder for folder in tmp_path.glob("runs/*") if folder.suffix != ".unfinished"] or not status
    finish(start(tmp_path, *QUIET))
    assert weights(tmp_path) == weights(unbroken)


def test_a_full_disk_loses_nothing(tmp_path, unbroken):
    output = finish(start(tmp_path, *SMALL, "logger=none", largest_file=200_000), code=1)
    assert "make room and start the same command again" in output and "Traceback" not in output
    assert not list(tmp_path.glob("runs/*[!d]"))
    finish(start(tmp_path, *QUIET))
    assert weights(tmp_path) == weights(unbroken)


def test_a_damaged_checkpoint_is_named(tmp_path, unbroken):
    (run,) = unbroken.glob("runs/*")
    unfinished = tmp_path / "runs" / f"{run.name}.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "checkpoint.ckpt").write_bytes(b"PK\x03\x04 half a file")
    output = finish(start(tmp_path, *SMALL, "logger=none"), code=1)
    assert str(unfinished / "checkpoint.ckpt") in output and "delete it" in output and "Traceback" not in output


@pytest.mark.parametrize(
    ("override", "known"),
    [("model=nobody", "doppelganger"), ("dataset=nothing", "wwt"), ("scale=huge", "small")],
)
def test_an_unknown_choice_lists_the_known(tmp_path, override, known):
    assert known in finish(start(tmp_path, override), code=1)


def test_a_missing_data_file_is_named_before_anything_is_made(tmp_path):
    output = finish(start(tmp_path, "data=nowhere.csv", "logger=none"), code=1)
    assert "nowhere.csv" in output and "Traceback" not in output
    assert not (tmp_path / "runs").exists()
