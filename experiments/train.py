"""Fits one model to one dataset with one seed: `python -m experiments.train model=… dataset=… seed=… scale=…`."""

from __future__ import annotations

import hydra
from omegaconf import DictConfig

from experiments.console.door import enter, expected, wandb_first


@hydra.main(config_path="../conf", config_name="train", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    wandb_first(config)

    from experiments.runs.training import train

    train(config)


if __name__ == "__main__":
    enter(main)
