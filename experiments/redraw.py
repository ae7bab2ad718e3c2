"""Draws the figures of a folder of results again, from the numbers kept there: nothing is trained or computed."""

from __future__ import annotations

from pathlib import Path

import hydra
from omegaconf import DictConfig

from experiments.console.door import enter, expected


@hydra.main(config_path="../conf", config_name="redraw", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    from experiments.paper.drawing import redraw

    drawn = redraw(Path(config.results), Path(config.into or config.results))
    print("\n".join(map(str, drawn)))


if __name__ == "__main__":
    enter(main)
