"""Reproduces one artifact: fits what is missing of its grid, then computes and renders it."""

from __future__ import annotations

import logging
from pathlib import Path

import hydra
from hydra import compose
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from experiments import artifact
from experiments.errors import clear_errors
from experiments.runs import Run
from experiments.train import train

log = logging.getLogger(__name__)


def grid(name: str, overrides: list[str]) -> list[DictConfig]:
    """The configs of an artifact's runs: the sweep that conf/experiment/<name>.yaml writes down once."""
    chosen = [f"experiment={name}", *overrides]
    sweep = compose("train", chosen, return_hydra_config=True).hydra.sweeper.params
    parsed = OverridesParser.create().parse_overrides([f"{key}={values}" for key, values in sweep.items()])
    cells: list[list[str]] = [[]]
    for override in parsed:
        values = list(override.sweep_string_iterator()) if override.is_sweep_override() else [override.get_value_element_as_str()]
        cells = [[*cell, f"{override.get_key_element()}={value}"] for cell in cells for value in values]
    return [compose("train", [*chosen, *cell]) for cell in cells]


def reproduce(config: DictConfig) -> str:
    """What the artifact shows, after everything that it needs has been fitted."""
    artifact.find(config.artifact)
    passed = ("scale", "data", "outputs", "trainer", "logger")
    cells = grid(config.artifact, [f"{key}={config[key]}" for key in passed if config[key] is not None])
    runs: list[Run] = []
    with logging_redirect_tqdm():
        for cell in tqdm(cells, desc=config.artifact, unit="run"):
            runs.append(train(cell))
    return artifact.write(config.artifact, runs, Path(config.results))


@hydra.main(config_path="../conf", config_name="reproduce", version_base="1.3")
@clear_errors
def main(config: DictConfig) -> None:
    """The command."""
    print(reproduce(config))


if __name__ == "__main__":
    main()
