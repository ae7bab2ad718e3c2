"""Reproduces one artifact: fits what is missing of its grid, then computes and renders it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from experiments.console.door import enter, expected
from experiments.paper import artifact
from experiments.paper.grid import fitted
from experiments.runs.side_by_side import cores


@hydra.main(config_path="../conf", config_name="reproduce", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    own = ("artifact=", "results=", "jobs=", "changed=")
    given: Any = OmegaConf.to_container(HydraConfig.get().overrides.task, resolve=False)  # paths stay as they are named
    chosen = [override for override in given if not override.startswith(own)]
    jobs = cores() if config.jobs is None else config.jobs
    made = fitted(config.artifact, chosen, jobs=jobs, changed=config.changed)
    print(artifact.write(config.artifact, made, Path(config.results)))


if __name__ == "__main__":
    enter(main)
