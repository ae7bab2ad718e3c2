"""An artifact's runs: the grid that conf/experiment writes down, and its cells fitted."""

from __future__ import annotations

import os
import re
from copy import deepcopy
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from experiments.paper import artifact
from experiments.runs import side_by_side
from experiments.runs.provenance import refuse_changes, revision
from experiments.runs.run import Run
from experiments.runs.settings import check

ROOT = Path(__file__).resolve().parents[2]


def grid(name: str, overrides: list[str]) -> list[DictConfig]:
    """The configs of an artifact's runs: the sweep that conf/experiment/<name>.yaml writes down once.

    What `overrides` name, e.g. dataset=wwt or seed=0, is fixed for all runs and not swept.
    """
    chosen = [f"experiment={name}", *overrides]
    sweep = compose("train", chosen, return_hydra_config=True).hydra.sweeper.params
    if not sweep:
        return []  # tables of schemas
    for group in ("search", "lineup"):
        if group in sweep:  # a sweep over sweeps, e.g. search=all
            others = [override for override in overrides if not override.startswith(f"{group}=")]
            return [cell for one in sweep[group].split(",") for cell in grid(name, [*others, f"{group}={one}"])]
    named = {override.split("=")[0] for override in overrides}
    swept = [f"{key}={values}" for key, values in sweep.items() if key not in named]
    parser = OverridesParser.create()
    choices = [
        [parser.parse_override(f"{override.get_key_element()}={value}") for value in _values(override)]
        for override in parser.parse_overrides(swept)
    ]
    compose_once = cache(lambda *files: compose("train", [*chosen, *files]))  # composing takes its time
    cells = []
    for cell in product(*choices):
        files = [choice.input_line for choice in cell if _names_a_file(choice)]
        cells.append(deepcopy(compose_once(*files)))
        for value in cell:
            if not _names_a_file(value):
                OmegaConf.update(cells[-1], value.key_or_group, value.value(), force_add=value.is_add())
        if "wandb" in cells[-1].logger and cells[-1].logger.wandb.group is None:
            cells[-1].logger.wandb.group = name
    return cells


def fitted(name: str, overrides: list[str], *, jobs: int = 1, changed: bool = True) -> list[Run]:
    """The runs of an artifact's grid; missing ones are fitted, `jobs` at a time, and interrupted ones resume.

    changed: whether the code may differ from its commit, now and where runs were made; at scale smoke it always may
    """
    artifact.find(name)
    whole = compose("train", [f"experiment={name}", *overrides])
    check(whole)
    cells = grid(name, overrides)
    for cell in cells:
        check(cell)
    strict = not changed and whole.scale.name != "smoke"
    if strict and cells:
        refuse_changes("the working tree", revision())
    side_by_side.make(cells, jobs=jobs, title=name)
    runs = [Run.of(cell) for cell in cells]
    for run in runs if strict else []:
        refuse_changes(f"the code that made {run.folder}", run.provenance["revision"])
    return runs


def runs(name: str, **choices: str | None) -> list[Run]:
    """`fitted` for notebooks, e.g. runs("table3", scale="small"); what is logged stays in the runs' folders.

    Where they are not named, SCALE, DATA and OUTPUTS of the environment choose: smoke, the simulator, outputs/. JOBS is
    how many runs are made at a time, one unless named.
    """
    environment = {
        "scale": os.environ.get("SCALE") or "smoke",
        "data": os.environ.get("DATA"),
        "outputs": os.environ.get("OUTPUTS") or str(ROOT / "outputs"),
    }
    chosen = {"logger": "csv", **environment, **choices}
    overrides = [f"{key}={quoted(value)}" for key, value in chosen.items() if value]
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        return fitted(name, overrides, jobs=int(os.environ.get("JOBS") or 1))


def overrides(*own: str) -> list[str]:
    """What a command's line chooses for runs: all that it names but its `own` keys; paths stay as they are named."""
    given: Any = OmegaConf.to_container(HydraConfig.get().overrides.task, resolve=False)
    return [override for override in given if override.split("=")[0] not in own]


def quoted(text: str) -> str:
    """The text as a value in Hydra's grammar, which sees nothing in it: no list, no quote, no interpolation."""
    text = re.sub(r"(\\*)\$\{", r"\1\1\\${", text)
    text = re.sub(r"(\\*)'", r"\1\1\'", text)
    return "'" + re.sub(r"(\\+)$", r"\1\1", text) + "'"


def _names_a_file(override: Override) -> bool:
    """Whether it chooses a file of conf, e.g. model=ar, and is no value in one, e.g. seed=1."""
    return (ROOT / "conf" / override.key_or_group).is_dir()


def _values(override: Override) -> list[str]:
    """What it sweeps over; a single value is a sweep of one."""
    return (
        list(override.sweep_string_iterator())
        if override.is_sweep_override()
        else [override.get_value_element_as_str()]
    )
