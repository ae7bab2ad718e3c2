"""Draws samples from a model file into a table: CSV or Parquet, a row a record, in bounded memory."""

from __future__ import annotations

import hydra
from omegaconf import DictConfig

from experiments.console.door import arguments, enter, expected


@hydra.main(config_path="../conf", config_name="generate", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    if config.jobs != 1:
        from experiments.runs.workers import import_beside

        import_beside()
    from experiments.runs.sampling import generate

    generate(**arguments(config, generate))


if __name__ == "__main__":
    enter(main)
