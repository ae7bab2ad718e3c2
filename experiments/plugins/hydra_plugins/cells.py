"""How `python -m experiments.train -m` sweeps; Hydra looks for sweepers in packages of this name alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from experiments.console.door import wandb_first


class Cells(Sweeper):
    """Hands the cells that are missing of a grid to whichever launcher is configured, a job a cell."""

    def __init__(self, params: dict[str, str] | None = None, max_batch_size: int | None = None) -> None:
        self.params = params  # read where grids are read, for `reproduce` too

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Not the door's own task is launched but one that stops no other where it fails.

        A cell that another command is making is passed over, so that both share the work; a job of a cluster waits.
        """
        wandb_first(config)

        from hydra.core.plugins import Plugins

        from experiments.runs.attempt import attempt

        self.hydra_context, self.config = hydra_context, config
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context,
            task_function=partial(attempt, wait=config.hydra.runtime.choices["launcher"] == "slurm"),
            config=config,
        )

    def sweep(self, arguments: list[str]) -> Any:
        """Raises ValueError at the end that lists what failed."""
        from experiments.paper.sweep import sweep

        def launch(jobs: Sequence[Sequence[str]]) -> None:
            assert self.launcher is not None  # by setup
            self.launcher.launch(jobs, initial_job_idx=0)

        sweep(arguments, launch)
