"""A sweep by a real SLURM; what stops it and how it goes on is in stops.py, which `make test-slurm` runs too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster
from tests.slurm.conftest import Sweep
from tests.sweeps import results

pytestmark = pytest.mark.slow


def test_a_sweep_makes_what_it_makes_without_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    """With a cell that fails: its reason is told, its job has failed for SLURM too. Only the user reads the jobs."""
    grid = ["model=ar", "scale.batches=20", "+model.module.p=1,0"]
    sweep = Sweep(tmp_path / "slurm", *grid, cluster=cluster)
    said = sweep.finish(1)
    assert "error: 1 of 2 runs failed: ar on wwt, seed 0" in said and "p: Input should be greater" in said, said
    states = cluster.says("scontrol", "show", "job", "--oneliner").split()
    assert {"JobState=COMPLETED", "JobState=FAILED"} <= set(states)
    (folder,) = (tmp_path / "slurm").glob("hydra/*/*/.submitit")
    assert folder.stat().st_mode & 0o777 == 0o700
    Sweep(tmp_path / "alone", *grid).finish(1)
    alone = results(tmp_path / "alone")
    assert len(alone) == 2 and results(tmp_path / "slurm") == alone


def test_where_there_is_no_cluster_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = Sweep(tmp_path, "model=bootstrap", "seed=0,1", "launcher=slurm").finish(1)
    assert 'error: launcher=slurm hands over no job: Could not detect "srun"' in said.splitlines()[-1], said
    assert not list(tmp_path.glob("runs/*"))
