"""Everything that results/ holds, as one list, conf/queue/results.yaml: what is there, and how it is made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, TypeAdapter, ValidationError
from tqdm import tqdm

from dg.files import STRICT, told
from experiments.paper import artifact, written
from experiments.paper.grid import checked, fitted, grid, quoted
from experiments.paper.marks import between
from experiments.runs.attempt import reason_of
from experiments.runs.plan import NOT_MEASURED, Costs, duration, summary
from experiments.runs.provenance import CHANGED, refuse_changes, revision
from experiments.runs.run import Run
from experiments.runs.side_by_side import attempts, refuse_unfinished, unfinished

BEGIN = "<!-- the list of conf/queue/results.yaml -->\n"


class Entry(BaseModel):
    """Artifacts of one folder of results that are made by the same command.

    data: the name of the real data that they need, or null where none are
    simulated: whether the simulator takes their place where no file is named; otherwise the entry is left out
    """

    model_config = STRICT
    folder: str
    data: str | None
    simulated: bool = False
    scale: str
    artifacts: list[str]
    overrides: list[str] = []

    def command(self, name: str = "ARTIFACT") -> str:
        """What makes an artifact of it again."""
        data = "DATA=…" if self.data else ""
        arguments = f'ARGS="{" ".join(self.overrides)}"' if self.overrides else ""
        told = [f"make reproduce-{name}", f"SCALE={self.scale}", data, f"RESULTS=results/{self.folder}", arguments]
        return " ".join(filter(None, told))


class Item:
    """One artifact of an entry, with the configs of its runs."""

    def __init__(self, entry: Entry, name: str, common: Sequence[str], data: str | None) -> None:
        self.entry, self.name = entry, name
        real = [f"data={quoted(data)}"] if data else []
        self.overrides = [*common, f"scale={entry.scale}", *real, *entry.overrides]
        self.cells = checked(grid(name, self.overrides))

    def __str__(self) -> str:
        return f"{self.entry.folder}/{self.name}"

    def written(self, results: Path) -> bool:
        """Whether it stands in `results`, by these very runs and by code as it was committed."""
        try:
            found = written.read(results / self.entry.folder / f"{self.name}.json")
        except (OSError, ValueError):
            return False
        clean = not found.get("revision", CHANGED).endswith(CHANGED)
        return clean and [run["id"] for run in found["runs"]] == [Run.of(cell).folder.name for cell in self.cells]


def entries(config: DictConfig) -> list[Entry]:
    """The list; raises ValueError where it has an unknown folder to choose, artifact or field."""
    listed = every(config)
    unknown = {entry.data for entry in listed} - {None, *config.data}
    if unknown:
        raise ValueError(f"conf/queue: no data are called {unknown.pop()!r}; known: {', '.join(config.data)}")
    folders = {entry.folder: None for entry in listed}
    if config.only is not None and config.only not in folders:
        raise ValueError(f"only={config.only} is none of the folders: {', '.join(folders)}")
    return [entry for entry in listed if config.only in (None, entry.folder)]


def every(config: DictConfig) -> list[Entry]:
    """All of the list; raises ValueError where it has an unknown artifact or field."""
    try:
        listed = TypeAdapter(list[Entry]).validate_python(OmegaConf.to_container(config.entries, resolve=True))
    except ValidationError as error:
        raise ValueError(f"conf/queue: entries: {told(error)}") from None
    for name in (name for entry in listed for name in entry.artifacts):
        artifact.find(name)
    return listed


def queue(config: DictConfig, listed: Sequence[Entry], common: Sequence[str]) -> list[Item]:
    """The artifacts that can be made, in order of worth; a line tells which folders are left out for want of data."""
    paths: dict[str, str] = {name: path for name, path in config.data.items() if path}
    wanting: dict[str, list[str]] = {}
    able = [entry for entry in listed if entry.data is None or entry.data in paths or entry.simulated]
    for entry in listed:
        if entry not in able:
            wanting.setdefault(str(entry.data), []).append(entry.folder)
    for name, folders in wanting.items():
        print(f"left out, for data.{name}= names no file: {', '.join(dict.fromkeys(folders))}")
    return [
        Item(entry, name, common, paths.get(entry.data or ""))
        for entry in tqdm(able, desc="grids", unit="entry", leave=False)
        for name in entry.artifacts
    ]


def plan(items: Sequence[Item], *, outputs: Path, results: Path, jobs: int) -> str:
    """What is there of each artifact, and what is left to do."""
    costs = Costs(outputs)
    rows = [
        {
            "artifact": str(item),
            "cells": len(item.cells),
            "left": len(unfinished(item.cells)),
            "state": "written" if item.written(results) else "missing",
        }
        for item in items
    ]
    whole = summary([cell for item in items for cell in item.cells], costs, jobs=jobs)
    return f"{pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)}\n\nevidence: {whole}"


def make(items: Sequence[Item], *, outputs: Path, results: Path, jobs: int) -> None:
    """Makes what is missing of each artifact's runs, then the artifact, with one bar over all cells.

    An artifact whose runs fail is left, and others go on. Raises ValueError at the end that lists the failed ones;
    before anything is made where the working tree is not as committed.
    """
    if any(item.entry.scale != "smoke" for item in items):
        refuse_changes("the working tree", revision())
    whole = {Run.of(cell).folder: cell for item in items for cell in item.cells}
    failed: list[str] = []
    with tqdm(total=len(whole), unit="cell", bar_format="{l_bar}{bar:20}| {n} of {total} cells{postfix}") as bar:

        def show(item: Item) -> None:
            left, costs = unfinished(whole.values()), Costs(outputs)
            known = [cost.seconds for cell in left if (cost := costs.of(cell))]
            hours = duration(sum(known) / jobs) if known or not left else NOT_MEASURED
            bar.n = len(whole) - len(left)
            bar.set_description_str(str(item), refresh=False)
            bar.set_postfix_str(f"{len(left)} left, {hours}, {len(failed)} artifacts failed")

        for item in items:
            show(item)
            for _ in attempts(unfinished(item.cells), jobs=jobs):
                show(item)
            if not item.written(results) and (reason := _write(item, results, jobs)):
                failed.append(f"{item}: {reason}")
    if failed:
        raise ValueError(f"{len(failed)} of {len(items)} artifacts failed: {'; '.join(failed)}; the others are written")


def _write(item: Item, results: Path, jobs: int) -> str | None:
    """Computes and renders an artifact whose runs are there; the reason where that is impossible."""
    try:
        refuse_unfinished(item.cells)
        made = fitted(item.name, item.overrides, jobs=jobs, changed=False)
        artifact.write(item.name, made, results / item.entry.folder)
    except Exception as error:  # the others are worth as much
        return reason_of(error)
    return None


def table(listed: Sequence[Entry]) -> str:
    """The list in Markdown: which command makes what of a folder, of which data."""
    lines = ["| folder | data | artifacts | command |", "|---|---|---|---|"]
    for entry in listed:
        names = ", ".join(f"`{name}`" for name in entry.artifacts)
        lines.append(f"| `results/{entry.folder}` | {entry.data or 'none'} | {names} | `{entry.command()}` |")
    return "\n".join(lines)


def documented(page: str, listed: Sequence[Entry]) -> str:
    """A page with the list between its marks."""
    return between(page, BEGIN, table(listed), where="docs/results.md")
