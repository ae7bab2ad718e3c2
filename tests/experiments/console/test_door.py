"""How a command ends: expected errors with one line, signals with their own status, never with a table and exit 0."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

import psutil
import pytest
from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import DictConfig

from experiments.console.door import Stopped, arguments, told
from experiments.runs.sampling import generate
from tests.commands import Command

pytestmark = pytest.mark.slow
LONG = ["scale=smoke", "scale.samples=60", "logger=none", "scale.batches=100000", "scale.checkpoint_every=5"]


def failed(*command: str) -> str:
    """What is said of an error: one line."""
    status, output, errors = Command(*command).finish()
    assert status == 1 and "Traceback" not in output + errors, errors
    (line,) = errors.strip().splitlines()
    assert line.startswith("error: ")
    return line


def until(condition, command: Command) -> None:
    while not condition():
        assert command.poll() is None, command.finish()
        time.sleep(0.05)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("verb", ["train", "reproduce"])
def test_a_signal_ends_a_command_with_its_status_and_one_line(tmp_path, verb, number, status):
    what = ["model=ar"] if verb == "train" else ["artifact=table3", "model=ar", f"results={tmp_path / 'results'}"]
    command = Command(f"experiments.{verb}", *what, *LONG, f"outputs={tmp_path}")
    until(lambda: list(tmp_path.glob("runs/*.unfinished/checkpoint.ckpt")), command)
    command.send_signal(number)
    ended, output, errors = command.finish(timeout=60)
    assert ended == status
    assert f"stopped by {number.name}: finished runs are kept, and the same command goes on" in errors
    assert "Traceback" not in errors and "# Table 3" not in output and not (tmp_path / "results").exists()
    assert not [run for run in (tmp_path / "runs").iterdir() if run.suffix != ".unfinished"]


def test_children_end_with_their_parent(tmp_path):
    """Two cells side by side in processes of their own."""
    two = ["-m", "model=ar,naive_gan", "launcher=joblib", *LONG, f"outputs={tmp_path}"]
    command = Command("experiments.train", *two)
    until(lambda: len(list(tmp_path.glob("runs/*.unfinished/checkpoint.ckpt"))) == 2, command)
    children = psutil.Process(command.pid).children(recursive=True)
    assert len(children) >= 2
    command.send_signal(signal.SIGTERM)
    assert command.finish(timeout=60)[0] == 143
    assert not psutil.wait_procs(children, timeout=10)[1]


def test_runs_side_by_side_end_with_their_parent(tmp_path):
    two = ["artifact=table3", "lineup=memorization", "jobs=2", *LONG, f"outputs={tmp_path}", f"results={tmp_path}/r"]
    command = Command("experiments.reproduce", *two)
    until(lambda: len(list(tmp_path.glob("runs/*.unfinished"))) == 1 and list(tmp_path.glob("runs/*d/*.ckpt")), command)
    children = psutil.Process(command.pid).children(recursive=True)
    command.send_signal(signal.SIGTERM)
    status, _, errors = command.finish(timeout=60)
    assert status == 143 and "stopped by SIGTERM" in errors and not (tmp_path / "r").exists()
    assert children and not psutil.wait_procs(children, timeout=10)[1]


@pytest.mark.parametrize(
    ("command", "named"),
    [
        (["experiments.train", "trainer=gpu", "scale=smoke", "logger=none"], "gpu"),
        (["experiments.train", "outputs=''"], "outputs names no folder"),
        (["experiments.train", "outputs=/proc/nowhere"], "/proc/nowhere"),
        (["experiments.train", "model=nobody"], "nobody"),
        (["experiments.train", "++model.module.packing=0", "scale=smoke", "logger=none"], "packing"),
        (["experiments.reproduce"], "artifact"),
        (["experiments.reproduce", "artifact=table3", "jobs=0", "scale=smoke"], "jobs is 0"),
        (["experiments.reproduce", "artifact=table3", "scale.seeds=0"], "scale.seeds"),
        (["experiments.reproduce", "artifact=figure7"], "figure7 is not reproduced"),
    ],
)
def test_an_error_is_one_line(tmp_path, command, named):
    if not any(word.startswith("outputs=") for word in command):
        command = [*command, f"outputs={tmp_path}"]
    assert named in failed(*command)
    assert not Path("/hydra").exists()


def generating(*overrides: str) -> DictConfig:
    with initialize_config_dir(str(Path(__file__).resolve().parents[3] / "conf"), version_base="1.3"):
        return compose("generate", ["generator=model.dg", "out=samples.csv", *overrides])


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("sed=1", "there is no setting 'sed'; did you mean seed?"),
        (
            "metadata.area=hall",
            "there is no setting 'metadata.area'; where names are yours to choose, +metadata.area=…",
        ),
        ("metadata=[Zähler]", "metadata=[Zähler] is not understood; in quotes goes what is no plain word, e.g. .*"),
    ],
)
def test_a_setting_that_is_not_there_is_named_with_the_remedy(override, said):
    with pytest.raises(HydraException) as caught:
        generating(override)
    assert re.fullmatch(re.escape(said).replace(r"\.\*", ".*"), told(caught.value))


def test_a_setting_that_was_added_is_refused():
    with pytest.raises(ValueError, match=r"^there is no setting 'sed'; did you mean seed\? there are generator"):
        arguments(generating("+sed=1"), generate)


@pytest.mark.parametrize("override", ["metadata={area: hall}", "+metadata.area=hall", '+metadata={area: "hall"}'])
def test_metadata_are_asked_for_all_at_once_or_a_field_each(override):
    assert arguments(generating(override), generate)["metadata"] == {"area": "hall"}


def test_what_is_wrapped_is_told_as_what_was_wrong_inside():
    try:
        try:
            raise ValueError("the value\n\n  is wrong")
        except ValueError as inside:
            raise HydraException("Error in call to target") from inside
    except HydraException as outside:
        assert told(outside) == "the value; is wrong"
    assert told(OSError()) == "OSError"
    assert Stopped(15).code == 143 and Stopped(2).signal == "SIGINT"
