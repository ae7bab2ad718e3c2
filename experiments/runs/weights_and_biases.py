"""Weights & Biases, which looks on: one run a cell under the cell's own id, one group a sweep, offline unless asked.

Nothing here reads what is logged, and whoever does without (`logger=csv`) needs no wandb. Offline runs lie in the run's
folder as `wandb sync` takes them.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pandas as pd
from hydra.core.hydra_config import HydraConfig
from lightning.pytorch.loggers import Logger, WandbLogger
from omegaconf import DictConfig

from dg.files import said

log = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds in which W&B's server must answer
STAGED = "WANDB_DATA_DIR"  # where what is attached waits for `wandb sync`: it outlives a run's unfinished folder


def begun(config: DictConfig, name: str) -> dict[str, Any]:
    """How the run of this name is known in W&B; a process that goes on with it logs under the same id.

    Its group is the artifact for whose grid it is made, by `experiment=` or as the grid says.
    """
    _prepare(config)
    choices = HydraConfig.get().runtime.choices if HydraConfig.initialized() else {}
    group = config.logger.wandb.group or choices.get("experiment")
    offline = _offline(config)
    mode = "offline" if offline else "online"  # said itself too: Lightning's `offline` is too late for wandb.setup
    return {"id": name, "resume": "allow", "group": group, "offline": offline, "mode": mode}


@contextmanager
def finishing() -> Iterator[None]:
    """Ends what is logged inside: finished, or failed where an error or a signal ends the block."""
    import wandb  # here, because it takes seconds to import

    try:
        yield
    except BaseException:
        wandb.finish(exit_code=1)
        raise
    wandb.finish()


def attach(loggers: Sequence[Logger], folder: Path, *, name: str) -> None:
    """Hands a model's folder to W&B, where it is among the loggers."""
    for logger in loggers:
        if isinstance(logger, WandbLogger):
            logger.experiment.log_artifact(str(folder), name=name, type="model")


def publish(config: DictConfig, name: str, results: Path) -> None:
    """Logs an artifact that was written to `results`: its numbers as a table and by model as a summary, its files."""
    import wandb

    chosen = config.logger.wandb
    _prepare(config)
    with wandb.init(
        project=chosen.project,
        group=chosen.group or name,
        name=name,
        job_type="artifact",
        dir=config.outputs,
        mode="offline" if _offline(config) else "online",
    ) as run:
        frame = pd.read_csv(results / f"{name}.csv")
        run.log({"table": wandb.Table(dataframe=frame)})
        if "model" in frame:
            medians = frame.groupby("model").median(numeric_only=True)
            run.summary.update({f"{model}/{column}": value for (model, column), value in medians.stack().items()})
        files = wandb.Artifact(name, type="artifact")
        for file in sorted(results.glob(f"{name}.*")):
            files.add_file(str(file))
        run.log_artifact(files)
        if (drawn := results / f"{name}.png").exists():
            run.log({"figure": wandb.Image(str(drawn))})


def _offline(config: DictConfig) -> bool:
    """Whether to log offline: as asked, or because nothing answers, for which W&B itself would wait without an end."""
    if config.logger.wandb.offline:
        return True
    import wandb

    address = wandb.setup().settings.base_url
    try:
        urlopen(Request(address, method="HEAD"), timeout=PATIENCE).close()
    except HTTPError:
        return False  # which is an answer
    except OSError as error:
        log.warning("%s cannot be reached (%s): logging offline, as `wandb sync` takes it", address, said(error))
        return True
    return False


def _prepare(config: DictConfig) -> None:
    os.environ.setdefault("WANDB_SILENT", "true")
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # of its own crashes, to a third party
    os.environ.setdefault(STAGED, str(Path(config.outputs, "wandb").resolve()))
