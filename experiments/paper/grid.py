"""An artifact's runs: the grid that conf/experiment writes down, and its cells fitted."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from experiments.paper import artifact
from experiments.paper.earlier import Earlier
from experiments.runs import side_by_side
from experiments.runs.provenance import refuse_changes, revision
from experiments.runs.run import Run, identity
from experiments.runs.settings import check

ROOT = Path(__file__).resolve().parents[2]


class Cell(NamedTuple):
    """One run of a sweep: what Hydra composes it from, and what it is composed to."""

    overrides: list[str]
    config: DictConfig


def grid(name: str, overrides: list[str]) -> list[DictConfig]:
    """The configs of an artifact's runs: the sweep that conf/experiment/<name>.yaml writes down once.

    What `overrides` name, e.g. dataset=wwt or seed=0, is fixed for all runs and not swept.
    """
    configs = [cell.config for cell in cells([f"experiment={name}", *overrides])]
    for config in configs:
        if "wandb" in config.logger and config.logger.wandb.group is None:
            config.logger.wandb.group = name
    return configs


def cells(overrides: Sequence[str]) -> list[Cell]:
    """The runs of a sweep: of an experiment's, conf/experiment, of a line-up's, or of values with commas between.

    What is named is fixed, and a sweep over sweeps, e.g. search=all, is one after the other. Nothing is swept by the
    experiments that are tables of schemas: they have no runs.
    """
    parser = OverridesParser.create()
    named = {override.get_key_element(): override for override in parser.parse_overrides(list(overrides))}
    fixed = [_line(override) for override in named.values() if not override.is_sweep_override()]
    params = compose("train", fixed, return_hydra_config=True).hydra.sweeper.params or {}
    asked = [_line(override) for override in named.values() if override.is_sweep_override()]
    if not params and not asked:
        return []
    for group in ("search", "lineup"):
        if group in params:  # a file of the group that sweeps over the others
            files = params[group].split(",")
        elif group in named and named[group].is_sweep_override():
            files = _values(named[group])
        else:
            continue
        others = [_line(override) for key, override in named.items() if key != group]
        return [cell for file in files for cell in cells([*others, f"{group}={file}"])]
    asked = [f"{key}={values}" for key, values in params.items() if key not in named] + asked
    return list(_composed(fixed, product(*choices(asked))))


def _composed(fixed: list[str], products: Iterable[tuple[Override, ...]]) -> Iterator[Cell]:
    compose_once = cache(lambda *files: compose("train", [*fixed, *files]))  # composing takes its time
    for chosen in products:
        config = deepcopy(compose_once(*(_line(choice) for choice in chosen if _names_a_file(choice))))
        for choice in chosen:
            if not _names_a_file(choice):
                OmegaConf.update(config, choice.key_or_group, choice.value(), force_add=choice.is_add())
        yield Cell([*fixed, *(_line(choice) for choice in chosen)], config)


def choices(swept: list[str]) -> list[list[Override]]:
    """Of each override that sweeps over values one override a value; a single value is a sweep of one."""
    parser = OverridesParser.create()
    return [
        [parser.parse_override(f"{override.get_key_element()}={value}") for value in _values(override)]
        for override in parser.parse_overrides(swept)
    ]


def fitted(
    name: str, overrides: list[str], *, jobs: int = 1, changed: bool = True, earlier: Earlier | None = None
) -> list[Run]:
    """The runs of an artifact's grid; missing ones are fitted, `jobs` at a time, and interrupted ones resume.

    changed: whether the code may differ from its commit, now and where runs were made; at scale smoke it always may
    earlier: numbers that are extended, the runs behind which are not made again
    """
    artifact.find(name)
    check(compose("train", [f"experiment={name}", *overrides]))
    asked = checked(grid(name, overrides))
    strict = not changed and any(config.scale.name != "smoke" for config in asked)
    if strict:
        refuse_changes("the working tree", revision())
    runs = earlier.among(asked) if earlier else [Run.of(config) for config in asked]
    side_by_side.make([run.config for run in runs if run.told is None], jobs=jobs, title=name)
    for run in runs if strict else []:
        refuse_changes(f"the code that made {run.folder}", run.provenance["revision"])
    return runs


def checked(configs: list[DictConfig]) -> list[DictConfig]:
    """The same, each run once: a control knows nothing of what others are swept over.

    Raises ValueError where a value in one is wrong.
    """
    for config in configs:
        check(config)
    return list({identity(config): config for config in configs}.values())


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
    """What a command's line chooses for runs: all that it names but its `own` options; paths stay as they are named."""
    given: Any = OmegaConf.to_container(HydraConfig.get().overrides.task, resolve=False)
    return [override for override in given if re.split(r"[=.@]", override.lstrip("+~"))[0] not in own]


def quoted(text: str) -> str:
    """The text as a value in Hydra's grammar, which sees nothing in it: no list, no quote, no interpolation."""
    text = re.sub(r"(\\*)\$\{", r"\1\1\\${", text)
    text = re.sub(r"(\\*)'", r"\1\1\'", text)
    return "'" + re.sub(r"(\\+)$", r"\1\1", text) + "'"


def _line(override: Override) -> str:
    """It as it was given."""
    return str(override.input_line)


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
