from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster, lacking
from tests.sweeps import SMALL

ROOT = Path(__file__).resolve().parents[2]


class Sweep:
    """`python -m experiments.train -m` in a process of its own, as a person starts it; on `cluster`, or without any."""

    def __init__(self, outputs: Path, *overrides: str, cluster: Cluster | None = None) -> None:
        self.outputs, self.cluster = outputs, cluster
        launcher = ["launcher=slurm", "hydra.launcher.mem_gb=1"] if cluster else []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "experiments.train", "-m", *SMALL, f"outputs={outputs}", *launcher, *overrides],
            cwd=ROOT,
            env={**os.environ, **(cluster.environment if cluster else {}), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, status: int = 0, timeout: float = 900) -> str:
        """What it said."""
        try:
            said, _ = self._process.communicate(timeout=timeout)
        finally:
            self._process.kill()
        assert self._process.returncode == status, "\n".join([said, *self.told().values()])
        return said

    def until(self, condition: Callable[[], object], timeout: float = 200) -> None:
        """Waits, while the sweep goes on."""
        end = time.monotonic() + timeout
        while not condition():
            assert self._process.poll() is None and time.monotonic() < end, (self.told(), self.queue())
            time.sleep(0.2)

    def queue(self) -> dict[str, str]:
        """The states of the jobs that have not ended, by job, all jobs one by one."""
        assert self.cluster is not None
        return dict(line.split() for line in self.cluster.says("squeue", "-h", "-r", "-o", "%i %T").splitlines())

    def told(self) -> dict[str, str]:
        """What each job said, by its place in the array."""
        files = sorted(self.outputs.glob("hydra/*/*/.submitit/*_*/*_log.*"))
        places = {match[1] for file in files if (match := re.search(r"_(\d+)_0_log", file.name))}
        return {
            place: "".join(file.read_text() for file in files if f"_{place}_0_log" in file.name) for place in places
        }

    def checkpoints(self) -> int:
        """How many runs have begun and have a checkpoint."""
        return len(list(self.outputs.glob("runs/*.unfinished/checkpoint.ckpt")))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real one, of this machine alone."""
    if reason := lacking():
        pytest.skip(reason)
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.begin()
    try:
        yield made
    finally:
        made.end()
