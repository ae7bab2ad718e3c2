"""Reproduces one artifact: fits what is missing of its grid, then computes and renders it."""

from __future__ import annotations

from pathlib import Path

import hydra
from omegaconf import DictConfig

from experiments.console.door import enter, expected, wandb_first


@hydra.main(config_path="../conf", config_name="reproduce", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    wandb_first(config)

    from experiments.paper import artifact
    from experiments.paper.earlier import Earlier
    from experiments.paper.grid import checked, fitted, grid, overrides
    from experiments.runs.devices import jobs_of
    from experiments.runs.plan import plan
    from experiments.runs.weights_and_biases import publish

    chosen = overrides("artifact", "results", "extends", "jobs", "changed", "plan")
    jobs = jobs_of(config)
    artifact.find(config.artifact)
    earlier = Earlier.read(config.artifact, Path(config.extends)) if config.extends else None
    if config.plan:
        cells = checked(grid(config.artifact, chosen))
        left = [run.config for run in earlier.among(cells) if run.told is None] if earlier else cells
        print(plan(config.artifact, left, jobs=jobs))
        return
    artifact.refuse_unwritable(Path(config.results))
    made = fitted(config.artifact, chosen, jobs=jobs, changed=config.changed, earlier=earlier)
    print(artifact.write(config.artifact, made, Path(config.results), earlier))
    if "wandb" in config.logger:
        publish(config, config.artifact, Path(config.results))


if __name__ == "__main__":
    enter(main)
