"""Searches a model's hyper-parameters, judged by the validation split alone; started again, it goes on."""

from __future__ import annotations

import hydra
from omegaconf import DictConfig

from experiments.console.door import enter, expected, wandb_first


@hydra.main(config_path="../conf", config_name="search", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    wandb_first(config)

    from experiments.paper.grid import overrides
    from experiments.trials.search import search

    print(search(config, overrides("space", "trials", "startup", "name", "results")))


if __name__ == "__main__":
    enter(main)
