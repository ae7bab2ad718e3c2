"""A disk that is full, and folders that nobody may write: one clear line, and what was finished stays.

The disk is a real one, in memory. Mounting takes root; without, and where a system forbids it, these tests are skipped.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.commands import Command
from tests.experiments.under_fire.sweeps import PARTS, Undisturbed, alone, made, refuse_remains, start
from tests.sweeps import SMALL

pytestmark = pytest.mark.slow
FULL = 12  # mebibytes, in which small cells have room with their checkpoints and DoppelGANger has not


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a disk of its own with the options given, or mounts it again."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with ExitStack() as stack:

        def mounted(options: str) -> Path:
            again = folder.is_mount()
            chosen = f"remount,{options}" if again else options
            mounting = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", chosen, "tmpfs", str(folder)], capture_output=True, text=True
            )
            if mounting.returncode:
                pytest.skip(f"no disk can be mounted here: {mounting.stderr.strip()}")
            if not again:
                stack.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)
            return folder

        yield mounted


def refused(command: Command) -> str:
    """The one line that a command ends with."""
    status, output, errors = command.finish()
    assert status == 1 and "Traceback" not in output + errors, output + errors
    lines = [line for line in errors.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, output + errors
    return lines[0]


def test_a_full_disk_keeps_what_is_finished_and_goes_on_when_there_is_room(
    disk: Callable[[str], Path], undisturbed: Undisturbed
) -> None:
    outputs = disk(f"size={FULL}m") / "outputs"
    line = refused(start(outputs))
    assert "No space left" in line or "make room and start the same command again" in line
    kept = made(outputs)
    assert 0 < len(kept) < len(undisturbed.made) and kept.items() <= undisturbed.made.items(), line
    finished = [run for run in outputs.glob("runs/*") if run.suffix != ".unfinished"]
    assert all({part.name for part in run.iterdir()} == PARTS for run in finished)
    disk("size=100m")
    alone(outputs)
    assert made(outputs) == undisturbed.made
    refuse_remains(outputs)


def test_outputs_that_nobody_may_write_are_named_before_training(disk: Callable[[str], Path]) -> None:
    disk("size=1m")
    outputs = disk("ro") / "outputs"
    for command in (start(outputs), Command("experiments.train", "model=ar", *SMALL, f"outputs={outputs}")):
        line = refused(command)
        assert str(outputs) in line and "Read-only file system" in line, line


def test_results_that_nobody_may_write_are_named_before_training(tmp_path: Path, disk: Callable[[str], Path]) -> None:
    disk("size=1m")
    results = disk("ro") / "results"
    options = ["artifact=figure6", "model=bootstrap", "scale=smoke", "jobs=1", "logger=none"]
    line = refused(Command("experiments.reproduce", *options, f"outputs={tmp_path}", f"results={results}"))
    assert f"{results} cannot be written (Read-only file system)" in line and "results=" in line
    assert not (tmp_path / "runs").exists()
