"""Learns your own table and writes a model file; with only=schema it shows what it finds in the table, and stops."""

from __future__ import annotations

import hydra
from omegaconf import DictConfig

from experiments.console.door import enter, expected
from experiments.runs.fitting import fit


@hydra.main(config_path="../conf", config_name="fit", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    fit(config)


if __name__ == "__main__":
    enter(main)
