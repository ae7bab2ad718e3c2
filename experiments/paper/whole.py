"""The whole paper at its own scale: its cells, and the hours of one core by what results/ has measured."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from inspect import signature
from pathlib import Path
from statistics import median

from hydra.utils import get_class
from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm

from experiments.ink.models import is_control, label_of, models
from experiments.paper import written
from experiments.paper.evidence import Entry
from experiments.paper.grid import ROOT, checked, grid
from experiments.paper.marks import between
from experiments.runs.run import identity

BEGIN = "<!-- the table of conf/experiment at scale paper -->\n"
ALTERED = ("model", "search=", "trainer")  # overrides with which a model is not the one of its config
SCALE = re.compile(r"; scale \w+ \(([\d,]+) batches(.*?)\)")  # of the line under a table

Rates = Mapping[tuple[str, str], float]
"""Seconds of a unit of work, by model, or by a model's class, and by dataset."""


def experiments() -> list[str]:
    """The artifacts that have a grid, by name; tables of schemas have an empty one."""
    return sorted(file.stem for file in (ROOT / "conf" / "experiment").glob("*.yaml"))


def work(model: DictConfig, *, batches: int, samples: int) -> float:
    """What the seconds of a run are in proportion to (D31): batches, times samples where a batch is all of them.

    The batches of an HMM are its iterations.
    """
    kind = get_class(model.module._target_)
    iterations = signature(kind).parameters.get("iterations")
    steps = model.module.get("iterations", iterations.default) if iterations else batches
    return float(steps * samples if kind.batch_size is None else steps)


def rates(listed: Sequence[Entry], results: Path) -> Rates:
    """Medians over the runs behind `results` that are of a model as its config has it, each run once."""
    found: dict[str, tuple[str, str, float]] = {}
    for entry in listed:
        if any(override.lstrip("+").startswith(ALTERED) for override in entry.overrides):
            continue
        dataset = entry.data or OmegaConf.from_dotlist(entry.overrides).get("dataset", "")
        for name in entry.artifacts:
            page, file = (results / entry.folder / f"{name}.{kind}" for kind in ("md", "json"))
            scale = SCALE.search(page.read_text(encoding="utf-8")) if page.exists() else None
            if scale is None:
                continue
            for run in written.read(file)["runs"]:
                if run["model"] in models():  # the others have been withdrawn
                    done = work(
                        models()[run["model"]], batches=_batches(scale, run["model"]), samples=run["data"]["samples"]
                    )
                    found[run["id"]] = (run["model"], dataset, run["seconds"] / done)
    known = defaultdict(list)
    for model, dataset, rate in found.values():
        known[model, dataset].append(rate)
        known[models()[model].module._target_, dataset].append(rate)
    return {key: median(values) for key, values in known.items()}


def _batches(scale: re.Match[str], model: str) -> int:
    """Of a model, by the line under a table: (5,000 batches, RNN 400)."""
    own = re.search(rf", {re.escape(label_of(model))} ([\d,]*\d)(?=, |$)", scale[2])
    return int((own or scale)[1].replace(",", ""))


def hours(cell: DictConfig, known: Rates) -> float | None:
    """What a cell would take by its model, or its model's class, on its dataset; None where neither was measured."""
    if is_control(cell.model.name):
        return 0.0
    names = cell.model.name, cell.model.module._target_
    rate = next((known[name, cell.dataset.name] for name in names if (name, cell.dataset.name) in known), None)
    if rate is None:
        return None
    return rate * work(cell.model, batches=cell.batches, samples=cell.scale.samples) / 3600


def rows(names: Iterable[str], known: Rates) -> tuple[dict[str, str], str]:
    """A line of the table for each artifact, and one for all of them, whose cells are counted once."""
    lines: dict[str, str] = {}
    whole: dict[str, DictConfig] = {}
    for name in tqdm(names, desc="grids", unit="grid", leave=False):
        cells = {identity(cell): cell for cell in checked(grid(name, ["scale=paper"]))}
        lines[name] = _line(f"`{name}`", cells.values(), known)
        whole |= cells
    return lines, _line("all of them", whole.values(), known)


def _line(name: str, cells: Iterable[DictConfig], known: Rates) -> str:
    costs = [hours(cell, known) for cell in cells]
    measured = [cost for cost in costs if cost is not None]
    told = f"{sum(measured):,.0f}" if measured else ""
    longest = f"{max(measured):,.1f}" if measured else ""
    return f"| {name} | {len(costs)} | {told} | {longest} | {len(costs) - len(measured) or ''} |"


def documented(page: str, listed: Sequence[Entry], results: Path = ROOT / "results") -> str:
    """A page with the table between its marks, by the runs behind `results`; composing all grids takes a minute."""
    lines, whole = rows(experiments(), rates(listed, results))
    head = ["| experiment | cells | hours in all | of the longest cell | cells not measured |", "|---|---|---|---|---|"]
    return between(page, BEGIN, "\n".join([*head, *lines.values(), whole]), where="docs/cluster.md")
