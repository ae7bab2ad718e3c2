"""A sweep that is killed at random moments, and started again: its runs are whole, and those of an undisturbed one.

KILLS says how many times, 3 unless told; `make test-slow` says 100.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from experiments.runs.run import UNFINISHED
from tests.commands import Command
from tests.experiments.under_fire.sweeps import Undisturbed, alone, made, refuse_remains, start

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("KILLS", "3"))
MANY = 20  # kills, from which on they must have hit more than one state
EARLY = 0.2  # of the kills count their moment from the start of the sweep, the others from when it makes a run
SHORTEST, LONGEST = 0.01, 0.4  # of the time of an undisturbed sweep, after which it is killed
EVERY = 10  # kills, of which one hits a sweep that has started processes of its own


def held(outputs: Path, sweeps: list[Command]) -> set[Path]:
    """The locks of the runs that these sweeps are making."""
    pids = {process.pid for sweep in sweeps for process in sweep.family()}
    return {lock for lock in outputs.glob("locks/*.lock") if any(f"process {pid} on" in told(lock) for pid in pids)}


def told(lock: Path) -> str:
    try:
        return lock.read_text()
    except FileNotFoundError:
        return ""


def state(lock: Path) -> str:
    """How far a run was when it was killed, by what it has left."""
    folder = lock.parents[1] / "runs" / lock.stem
    unfinished = folder.with_name(folder.name + UNFINISHED)
    if folder.exists():
        return "5 just renamed"
    if list(unfinished.glob("gener*")):
        return "4 writing what it has made"
    if list(unfinished.glob("*.ckpt")):
        return "3 in training, with a checkpoint"
    return "2 before its first checkpoint"


def killed(outputs: Path, moment: float, environment: Mapping[str, str], *, launcher: str, early: bool) -> str | None:
    """The sweep by one process of the launcher, or by two that share it, killed after `moment` seconds.

    early: counted from its start, instead of from when a run is being made
    Returns what it was doing, of its runs the one that was furthest; None where it had ended by itself, as it should.
    """
    sweeps = [start(outputs, f"launcher={launcher}", environment=environment)]
    if launcher == "local":
        sweeps.append(start(outputs, environment=environment))
    while not early and any(sweep.poll() is None for sweep in sweeps) and not held(outputs, sweeps):
        time.sleep(0.01)
    end = time.monotonic() + moment
    while time.monotonic() < end and any(sweep.poll() is None for sweep in sweeps):
        time.sleep(0.01)
    ended = [sweep for sweep in sweeps if sweep.poll() is not None]
    locks = held(outputs, sweeps)
    for sweep in sweeps:
        sweep.kill_all()
    for sweep in ended:
        status, output, errors = sweep.finish()
        assert status == 0, output + errors
    if len(ended) == len(sweeps):
        return None
    idle = "1 between runs" if list(outputs.glob("runs/*")) else "0 before the first run"
    return max((state(lock) for lock in locks), default=idle)


def test_killed_at_random_moments_a_sweep_is_whole_in_the_end(tmp_path: Path, undisturbed: Undisturbed) -> None:
    rng = np.random.default_rng(0)
    began, states, rounds = time.monotonic(), Counter[str](), 0
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {"TMPDIR": str(temporary), "JOBLIB_TEMP_FOLDER": str(temporary)}
    while states.total() < KILLS:
        outputs = tmp_path / f"round{rounds}"
        moment = undisturbed.seconds * float(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST))))
        launcher = "joblib" if states.total() % EVERY == 1 else "local"
        early = bool(rng.random() < EARLY)
        if (hit := killed(outputs, moment, environment, launcher=launcher, early=early)) is not None:
            states[hit] += 1
            print(f"{time.monotonic() - began:.0f} s, kill {states.total()}: {hit[2:]}", flush=True)
            continue
        assert made(outputs) == undisturbed.made
        refuse_remains(outputs)
        rounds += 1
    outputs = tmp_path / f"round{rounds}"
    alone(outputs, environment=environment)
    assert made(outputs) == undisturbed.made
    refuse_remains(outputs)
    told = ", ".join(f"{count} {name[2:]}" for name, count in sorted(states.items()))
    print(f"\n{states.total()} kills in {time.monotonic() - began:.0f} s: {told}; {rounds + 1} sweeps were whole")
    assert KILLS < MANY or len(states) >= 4, told
