"""What stops jobs of a real SLURM, and how they go on: `make test-slurm`, some minutes, so not in the usual suite."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.slurm.cluster import HOST, Cluster
from tests.slurm.conftest import Sweep
from tests.sweeps import results

GRID = ["model=naive_gan", "seed=0,1", "scale.batches=900", "scale.checkpoint_every=50"]
LONG = ["model=naive_gan", "seed=2,3", "scale.checkpoint_every=1000000"]
TIMED_OUT = r"SIGUSR2: the checkpoint has (\d+) batches"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The results of GRID without a cluster."""
    outputs = tmp_path_factory.mktemp("undisturbed")
    Sweep(outputs, *GRID).finish()
    return results(outputs)


def requeue(sweep: Sweep, cluster: Cluster) -> None:
    """As an administrator does."""
    cluster.says("scontrol", "requeue", next(job for job in sweep.queue() if job.endswith("_0")))


def preempt(sweep: Sweep, cluster: Cluster) -> None:
    """By a job of the partition that goes first, which needs the whole node; jobs may leave within 20 seconds."""
    cluster.says("sbatch", "--partition=urgent", "--ntasks=2", "--mem=10", "--output=/dev/null", "--wrap=sleep 2")


@pytest.mark.parametrize("act", [requeue, preempt])
def test_a_job_that_is_put_back_ends_with_the_same_weights(
    cluster: Cluster, tmp_path: Path, undisturbed: dict[str, bytes], act: Callable[[Sweep, Cluster], None]
) -> None:
    sweep = Sweep(tmp_path, *GRID, cluster=cluster)
    sweep.until(lambda: sweep.checkpoints() == 2)
    act(sweep, cluster)
    sweep.finish()
    told = sweep.told()
    stopped = {place: re.findall(r"SIGTERM: the checkpoint has (\d+) batches", text) for place, text in told.items()}
    assert {place: len(found) for place, found in stopped.items()} == {"0": 1, "1": int(act is preempt)}, told
    assert f"{stopped['0'][0]}/900 [00:00" in told["0"]  # it goes on with the batch after
    assert results(tmp_path) == undisturbed


def test_a_killed_job_is_finished_by_the_next_submission(
    cluster: Cluster, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    sweep = Sweep(tmp_path, *GRID, cluster=cluster)
    sweep.until(lambda: sweep.checkpoints() == 2)
    cluster.says("scancel", "--signal=KILL", next(job for job in sweep.queue() if job.endswith("_0")))
    said = sweep.finish(1)
    assert "error: 1 of 2 runs failed: naive_gan on wwt, seed 0" in said and "its job left no word" in said
    kept = {file: file.stat().st_mtime_ns for run in tmp_path.glob("runs/*/run.json") for file in run.parent.rglob("*")}
    assert kept and results(tmp_path).items() < undisturbed.items()
    said = Sweep(tmp_path, *GRID, cluster=cluster).finish()
    assert "1 of 2 cells are there" in said and "1 jobs" in said
    assert results(tmp_path) == undisturbed
    assert kept == {file: file.stat().st_mtime_ns for file in kept}


def test_jobs_wait_for_a_drained_node(cluster: Cluster, tmp_path: Path) -> None:
    """Those that run end; two processors, so two of the four wait until the node is there again."""
    sweep = Sweep(tmp_path, "model=bootstrap", "seed=0,1,2,3", cluster=cluster)
    sweep.until(lambda: list(sweep.queue().values()).count("RUNNING") == 2)
    cluster.says("scontrol", "update", f"nodename={HOST}", "state=drain", "reason=test")
    sweep.until(lambda: len(results(tmp_path)) == 4 and list(sweep.queue().values()) == ["PENDING"] * 2)
    time.sleep(5)
    assert list(sweep.queue().values()) == ["PENDING"] * 2
    cluster.says("scontrol", "update", f"nodename={HOST}", "state=resume")
    sweep.finish()
    assert len(results(tmp_path)) == 8


def test_a_job_that_runs_out_of_time_goes_on_until_it_is_whole(cluster: Cluster, tmp_path: Path) -> None:
    """Told up to a minute early, in jobs of two. First they may not come back, which says how far they go in time."""
    minutes = ["hydra.launcher.timeout_min=2", "hydra.launcher.signal_delay_s=20"]
    once = Sweep(
        tmp_path / "once", *LONG, "batches=999999", *minutes, "hydra.launcher.max_num_timeout=0", cluster=cluster
    )
    said = once.finish(1)
    assert "2 of 2 runs failed" in said and said.count("the job ran out of time too often: give it more by") == 2, said
    assert once.checkpoints() == 2
    (first, second) = (int(n) for n in re.findall(TIMED_OUT, "".join(once.told().values())))

    longer = [*LONG, f"batches={2 * max(first, second)}"]
    again = Sweep(tmp_path / "slurm", *longer, *minutes, cluster=cluster)
    again.finish()
    stops = {place: [int(n) for n in re.findall(TIMED_OUT, text)] for place, text in again.told().items()}
    assert all(found and found == sorted(set(found)) for found in stops.values()), again.told()
    Sweep(tmp_path / "alone", *longer).finish()
    assert results(tmp_path / "slurm") == results(tmp_path / "alone") != {}
