"""An artifact's runs: the grid that conf/experiment writes down, and its cells fitted."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from experiments.paper import artifact
from experiments.runs.run import Run
from experiments.runs.training import train

ROOT = Path(__file__).resolve().parents[2]


def grid(name: str, overrides: list[str]) -> list[DictConfig]:
    """The configs of an artifact's runs: the sweep that conf/experiment/<name>.yaml writes down once.

    What `overrides` name, e.g. dataset=wwt or seed=0, is chosen for all of them and not swept.
    """
    chosen = [f"experiment={name}", *overrides]
    sweep = compose("train", chosen, return_hydra_config=True).hydra.sweeper.params
    if not sweep:
        return []  # tables of schemas
    named = {override.split("=")[0] for override in overrides}
    swept = [f"{key}={values}" for key, values in sweep.items() if key not in named]
    parsed = OverridesParser.create().parse_overrides(swept)
    choices = [
        [f"{override.get_key_element()}={value}" for value in override.sweep_string_iterator()] for override in parsed
    ]
    return [compose("train", [*chosen, *cell]) for cell in product(*choices)]


def fitted(name: str, overrides: list[str]) -> list[Run]:
    """The runs of an artifact's grid; those that are missing are fitted, those that were interrupted go on."""
    artifact.find(name)
    with logging_redirect_tqdm():
        return [train(cell) for cell in tqdm(grid(name, overrides), desc=name, unit="run")]


def runs(name: str, **choices: str | None) -> list[Run]:
    """`fitted` for notebooks, e.g. runs("table3", scale="smoke"); choices that are None or empty are left out.

    Runs are kept in outputs/, or where OUTPUTS of the environment says; what is logged stays with them (logger=csv).
    """
    outputs = os.environ.get("OUTPUTS") or str(ROOT / "outputs")
    chosen = {"outputs": outputs, "logger": "csv", **choices}
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        return fitted(name, [f"{key}={value}" for key, value in chosen.items() if value])
