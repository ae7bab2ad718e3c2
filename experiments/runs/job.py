"""A cell of a grid as a job of a cluster: what submitit calls there. It may be told to stop, and then goes on."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from types import FrameType
from typing import Any

from submitit import JobEnvironment
from submitit.core.utils import DelayedSubmission, UncompletedJobError

from experiments.console.door import Stopped
from experiments.runs.stopping import STOP


class Job:
    """A cell of Hydra's launcher. Where this is found, so are our plugins, of which the launcher is one."""

    def __init__(self, cell: Callable[..., Any]) -> None:
        self.cell = cell

    def __call__(self, *arguments: Any) -> None:
        """Makes the cell. Raises RuntimeError where that failed, so that the job has failed too (#1928 of Hydra)."""
        requeue = JobEnvironment._usr_sig()
        STOP.wait_for(signal.SIGTERM, _ended)
        STOP.wait_for(requeue, _timed_out(signal.getsignal(requeue)))
        reason = self.cell(*arguments).return_value
        if reason is not None:
            raise RuntimeError(reason)

    def checkpoint(self, *arguments: Any) -> DelayedSubmission:
        """What the job does when it comes back: the same, which finds its checkpoint."""
        return DelayedSubmission(self, *arguments)


def _ended(number: int, frame: FrameType | None) -> None:
    """Others go first, which ends a job for good if it leaves by itself; so it asks for its return, unless cancelled.

    A job that is cancelled, or that the cluster has put back into the queue already, is not said to be running.
    """
    job = JobEnvironment().job_id
    state = subprocess.run(
        ["squeue", "--noheader", "--format=%T", f"--job={job}"], capture_output=True, text=True
    ).stdout.strip()
    if state == "RUNNING":
        subprocess.run(["scontrol", "requeue", job], check=False)
    raise Stopped(number)


def _timed_out(submitits: Any) -> Callable[[int, FrameType | None], None]:
    """submitit's own handler, which puts the job back into the queue; raises ValueError where that was enough."""

    def requeued(number: int, frame: FrameType | None) -> None:
        try:
            submitits(number, frame)
        except UncompletedJobError as error:
            raise ValueError(
                "the job ran out of time too often: give it more by hydra.launcher.timeout_min or "
                "hydra.launcher.max_num_timeout; the same command goes on from its checkpoint"
            ) from error

    return requeued
