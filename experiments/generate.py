"""Draws samples from a model file into a table: CSV or Parquet, a row a record, in bounded memory."""

from __future__ import annotations

from typing import Any

import hydra
from omegaconf import DictConfig, OmegaConf

from experiments.console.door import enter, expected


@hydra.main(config_path="../conf", config_name="generate", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    given: Any = OmegaConf.to_container(config, resolve=True)
    if given["jobs"] != 1:
        from experiments.runs.workers import import_beside

        import_beside()
    from experiments.runs.sampling import generate

    generate(**given)


if __name__ == "__main__":
    enter(main)
