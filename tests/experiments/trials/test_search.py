"""A search from the command line: killed and gone on with, shared by two processes, and the run that its page names."""

from __future__ import annotations

import os
import re
import shlex
import signal
import time
from pathlib import Path

import pandas as pd
import pytest
from hydra import compose, initialize_config_dir

from experiments.runs.run import Run, identity
from tests.commands import Command

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
SMALL = ["model=naive_gan", "dataset=mba", "dataset.held_out=0.5", "scale=smoke", "logger=none", "scale.samples=30"]
SMALL += ["scale.batches=6", "scale.validation={samples: 20, times: 2}", "scale.checkpoint_every=1"]
UNITS = "+space.module={units: {low: 20, high: 60}, learning_rate: {low: 0.0001, high: 0.01, log: true}}"
SEARCHED = ["space.common=false", UNITS, "startup=2", "name=units"]


def start(outputs: Path, *options: str, trials: int = 3) -> Command:
    places = [f"outputs={outputs}", f"results={outputs / 'results'}"]
    return Command("experiments.search", *places, *SMALL, *SEARCHED, f"trials={trials}", *options)


def finish(command: Command) -> str:
    status, output, errors = command.finish()
    assert status == 0, errors
    return output


def trials(outputs: Path) -> pd.DataFrame:
    return pd.read_csv(outputs / "results" / "search-units.csv")


def wait_for(outputs: Path, pattern: str, command: Command) -> Path:
    while not (found := list(outputs.glob(pattern))) and command.poll() is None:
        time.sleep(0.005)
    return found[0]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outputs = tmp_path_factory.mktemp("unbroken")
    finish(start(outputs))
    return outputs


def test_its_page_has_every_trial_and_the_plots(unbroken):
    frame, page = trials(unbroken), (unbroken / "results" / "search-units.md").read_text()
    assert frame["number"].tolist() == [0, 1, 2] and frame["state"].isin(["whole", "cut short"]).all()
    assert frame["units"].between(20, 60).all() and frame["learning_rate"].between(0.0001, 0.01).all()
    assert (frame["state"][:2] == "whole").all() and page.count("\n| ") == 4
    assert (unbroken / "results" / "search-units.png").stat().st_size > 10_000
    kept = {folder.name for folder in (unbroken / "runs").iterdir()}
    assert kept == set(frame[frame["state"] == "whole"]["run"])


def test_killed_and_started_again_it_has_the_same_trials(tmp_path, unbroken):
    """To more trials than it had been asked for before."""
    command = start(tmp_path, trials=2)
    wait_for(tmp_path, "runs/*[!d]", command)  # the first trial is whole
    wait_for(tmp_path, "runs/*.unfinished/checkpoint.ckpt", command)
    command.send_signal(signal.SIGKILL)
    assert command.finish()[0] == -signal.SIGKILL
    (left,) = tmp_path.glob("runs/*.unfinished")
    finish(start(tmp_path))
    pd.testing.assert_frame_equal(trials(tmp_path), trials(unbroken))
    assert left.name.removesuffix(".unfinished") in trials(tmp_path)["run"].tolist()
    assert not list(tmp_path.glob("runs/*.unfinished"))


def test_two_processes_share_a_study(tmp_path):
    """One is stopped in the middle of its trial: the other leaves that alone, does the rest, and does not wait."""
    quiet = "scale.validation.times=1"  # the first does not hold the journal's lock while it is stopped
    first = start(tmp_path, quiet, trials=2)
    wait_for(tmp_path, "runs/*.unfinished", first)
    first.send_signal(signal.SIGSTOP)
    try:
        finish(start(tmp_path, quiet, trials=2))
        assert trials(tmp_path)["state"].tolist() == ["running", "whole"]
        assert len(list(tmp_path.glob("runs/*.unfinished"))) == 1
    finally:
        os.kill(first.pid, signal.SIGCONT)
    finish(first)
    assert trials(tmp_path)["state"].tolist() == ["whole"] * 2
    assert {folder.name for folder in (tmp_path / "runs").iterdir()} == set(trials(tmp_path)["run"])


def test_the_command_of_the_best_trial_makes_its_run(tmp_path, unbroken):
    page = (unbroken / "results" / "search-units.md").read_text()
    (line,) = re.findall(r"```sh\n(.*)\n```", page)
    python, _, module, *options = shlex.split(line)
    assert (python, module) == ("python", "experiments.train")
    best = trials(unbroken).sort_values("value").iloc[0]
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        assert Run.of(compose("train", options)).folder == unbroken / "runs" / best["run"]
        assert identity(compose("train", options[:-2])) != best["run"]
    elsewhere = [option for option in options if not option.startswith("outputs=")] + [f"outputs={tmp_path}"]
    finish(Command(module, *elsewhere))
    weights = [folder / "runs" / best["run"] / "generator/weights.safetensors" for folder in (unbroken, tmp_path)]
    assert weights[0].read_bytes() == weights[1].read_bytes()
