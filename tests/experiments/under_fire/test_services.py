"""What a run needs from elsewhere fails: W&B cannot be reached, the clock jumps. Training goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.commands import ROOT, Command
from tests.experiments.under_fire.sweeps import GRID, Undisturbed, made

pytestmark = pytest.mark.slow
ONE = [override for override in GRID if not override.startswith(("model=", "seed=", "logger="))]
ONE += ["model=doppelganger", "seed=0"]
NOBODY = {"WANDB_BASE_URL": "http://127.0.0.1:9", "WANDB_API_KEY": "0" * 40, "WANDB_MODE": "online"}


def of_one(outputs: Path, undisturbed: Undisturbed) -> None:
    found = made(outputs)
    assert len(found) == 3 and found.items() <= undisturbed.made.items()


def test_without_an_answer_from_wandb_training_goes_on_offline(tmp_path: Path, undisturbed: Undisturbed) -> None:
    options = [*ONE, "logger=wandb", "logger.wandb.offline=false", f"outputs={tmp_path}"]
    began = time.monotonic()
    status, output, errors = Command("experiments.train", *options, environment=NOBODY).finish()
    assert status == 0 and "Traceback" not in output + errors, output + errors
    assert (output + errors).count("http://127.0.0.1:9 cannot be reached") == 1
    assert time.monotonic() - began < 120
    of_one(tmp_path, undisturbed)
    assert list(tmp_path.glob("runs/*/wandb/offline-run-*/*.wandb"))


@pytest.mark.parametrize("jump", ["-400d", "+400d"])
def test_a_clock_that_jumps_while_a_run_trains_changes_nothing(
    tmp_path: Path, undisturbed: Undisturbed, jump: str
) -> None:
    """By libfaketime, which tells the process another time of day from when its first checkpoint is there."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not libraries:
        pytest.skip("libfaketime is not installed: apt-get install faketime")
    outputs, clock = tmp_path / "outputs", tmp_path / "clock"
    clock.write_text("+0")
    faked = {
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(ROOT),
    }
    options = [*ONE, "logger=csv", f"outputs={outputs}"]
    command = subprocess.Popen(
        [sys.executable, "-m", "experiments.train", *options],
        cwd=ROOT,
        env={**os.environ, **faked},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    began = time.monotonic()
    while not list(outputs.glob("runs/*.unfinished/checkpoint.ckpt")) and command.poll() is None:
        time.sleep(0.01)
    jumped = command.poll() is None
    clock.write_text(jump)
    said, _ = command.communicate(timeout=300)
    assert command.returncode == 0 and "Traceback" not in said, said
    assert jumped, "the run had ended before"
    of_one(outputs, undisturbed)
    (run,) = outputs.glob("runs/*")
    facts, model = (json.loads((run / file).read_text()) for file in ("run.json", "generator/generator.json"))
    for seconds in (facts["seconds"], model["card"]["seconds"]):
        assert 0 <= seconds <= time.monotonic() - began
