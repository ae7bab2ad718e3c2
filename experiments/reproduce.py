"""Reproduces one artifact: fits what is missing of its grid, then computes and renders it."""

from __future__ import annotations

from pathlib import Path

import hydra
from omegaconf import DictConfig

from experiments.console.door import enter, expected


@hydra.main(config_path="../conf", config_name="reproduce", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    if "wandb" in config.logger:
        import wandb  # noqa: F401, as in train.py

    from experiments.paper import artifact
    from experiments.paper.grid import fitted, overrides
    from experiments.runs.side_by_side import cores
    from experiments.runs.weights_and_biases import publish

    chosen = overrides("artifact", "results", "jobs", "changed")
    jobs = cores() if config.jobs is None else config.jobs
    made = fitted(config.artifact, chosen, jobs=jobs, changed=config.changed)
    print(artifact.write(config.artifact, made, Path(config.results)))
    if "wandb" in config.logger:
        publish(config, config.artifact, Path(config.results))


if __name__ == "__main__":
    enter(main)
