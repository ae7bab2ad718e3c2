"""The cells of a sweep as jobs of a SLURM cluster: `launcher=slurm`, conf/launcher/slurm.yaml.

hydra-submitit-launcher makes a cell a job. What is ours: the launcher waits until every job has left the queue,
whatever became of the others and with no need of the cluster's accounts, and a job may be stopped and goes on.
"""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn
from hydra_plugins.hydra_submitit_launcher.config import BaseQueueConf
from hydra_plugins.hydra_submitit_launcher.submitit_launcher import SlurmLauncher

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds between two looks at the queue


class Cluster(SlurmLauncher):
    """One job a cell, as an array; waits for all of them."""

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Returns nothing of the jobs: what counts are the runs that are there when all have left the queue.

        Raises ValueError where there is no cluster, or where it refuses the jobs.
        """
        import submitit  # as in the launcher itself: every command looks through its plugins

        from experiments.runs.job import Job

        assert self.config is not None  # by setup
        options = {name: value for name, value in self.params.items() if value is not None}
        folder, time_outs = Path(options.pop("submitit_folder")), options.pop("max_num_timeout")
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # jobs run what lies there
        if self.config.trainer.accelerator == "gpu":
            options.setdefault("gpus_per_node", 1)
        shared = {option.name for option in fields(BaseQueueConf)}
        chosen = {name if name in shared else f"slurm_{name}": value for name, value in options.items()}
        cells = [
            (list(overrides), "hydra.sweep.dir", number, f"job_id_for_{number}", Singleton.get_state())
            for number, overrides in enumerate(job_overrides, initial_job_idx)
        ]
        try:
            executor = submitit.AutoExecutor(folder, cluster="slurm", slurm_max_num_timeout=time_outs)
            executor.update_parameters(**chosen)
            jobs = executor.map_array(Job(self), *zip(*cells, strict=True))
        except RuntimeError as error:  # there is no sbatch, or what it says
            raise ValueError(f"launcher=slurm hands over no job: {' '.join(str(error).split())}") from error
        number = jobs[0].job_id.partition("_")[0]
        log.info("%d jobs: `squeue --job %s` says why they wait, `scancel %s` ends them", len(jobs), number, number)
        log.info("what they say is in %s", folder.parent)
        while _queued(number):
            time.sleep(PAUSE)
        return []


def _queued(number: str) -> bool:
    """Whether a job, or one of an array, waits or runs. Where the queue cannot be asked, it is asked again."""
    asked = subprocess.run(["squeue", "--me", "--noheader", "--format=%F"], capture_output=True, text=True)
    return asked.returncode != 0 or number in asked.stdout.split()
