"""Reproduces one artifact: fits what is missing of its grid, then computes and renders it."""

from __future__ import annotations

from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.console.errors import clear_errors
from experiments.paper import artifact
from experiments.paper.grid import fitted


@hydra.main(config_path="../conf", config_name="reproduce", version_base="1.3")
@clear_errors
def main(config: DictConfig) -> None:
    """The command."""
    own = ("artifact=", "results=")
    chosen = [override for override in HydraConfig.get().overrides.task if not override.startswith(own)]
    made = fitted(config.artifact, chosen)
    print(artifact.write(config.artifact, made, Path(config.results)))


if __name__ == "__main__":
    main()
