"""What a grid would take: which cells are done, begun or missing, and their time, memory and disk by runs like them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pandas as pd
from omegaconf import DictConfig

from dg.files import read_json
from experiments.runs.facts import RunFile
from experiments.runs.run import UNFINISHED, Run
from experiments.runs.side_by_side import why

NOT_MEASURED = "not measured"
STATES = ("done", "begun", "failed", "missing")


class Cost(NamedTuple):
    """What a run takes: seconds of training, the memory of its process and the disk of its folder in bytes."""

    seconds: float
    memory: float
    disk: float


class Costs:
    """What runs take by those in a folder: of the same model, dataset and kind of device, a batch of each as long.

    Nothing is said of a run's size, its hyper-parameters and the machine's speed, and runs of earlier versions, which
    did not note their work, do not count.
    """

    def __init__(self, outputs: Path) -> None:
        self.known: dict[tuple[str, str, str], list[Cost]] = defaultdict(list)
        for folder in (outputs / "runs").glob("*"):
            try:
                facts = read_json(folder / "run.json", RunFile) if folder.suffix != UNFINISHED else None
            except (OSError, ValueError):
                continue  # whoever needs the run complains
            if facts and "work" in facts:
                work, disk = facts["work"], sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
                cost = Cost(facts["seconds"] / work["batches"], work["memory"], disk)
                self.known[work["model"], work["dataset"], work["accelerator"]].append(cost)

    def of(self, cell: DictConfig) -> Cost | None:
        """What a cell would take by the median of runs like it; None where there is none."""
        like = self.known.get((cell.model.name, cell.dataset.name, cell.trainer.accelerator))
        if not like:
            return None
        seconds, memory, disk = (median(values) for values in zip(*like, strict=True))
        return Cost(seconds * cell.batches, memory, disk)


def state(run: Run) -> str:
    """One of STATES."""
    if run.finished:
        return "done"
    return "failed" if run.failure.exists() else "begun" if run.unfinished.exists() else "missing"


def plan(title: str, cells: Sequence[DictConfig], *, jobs: int) -> str:
    """The cells of a grid in Markdown with their states, and what the missing ones would take, `jobs` at a time."""
    if not cells:
        return f"{title}: nothing is trained"
    costs, rows = Costs(Path(cells[0].outputs)), []
    for cell in cells:
        run = Run.of(cell)
        cost = None if run.finished else costs.of(cell)
        rows.append(
            {
                "run": run.folder.name,
                "model": cell.model.name,
                "dataset": cell.dataset.name,
                "seed": cell.seed,
                "batches": cell.batches,
                "state": state(run),
                "time": "" if run.finished else duration(cost.seconds) if cost else NOT_MEASURED,
                "why": why(run) or "",
            }
        )
    table = pd.DataFrame(rows)
    if not table["why"].any():
        table = table.drop(columns="why")
    return f"{table.to_markdown(index=False, disable_numparse=True)}\n\n{title}: {summary(cells, costs, jobs=jobs)}"


def summary(cells: Iterable[DictConfig], costs: Costs, *, jobs: int) -> str:
    """How many cells are in which state, and what the missing ones would take."""
    runs = {run.folder: run for run in map(Run.of, cells)}.values()
    counted = Counter(map(state, runs))
    lines = f"{len(runs)} cells, {', '.join(f'{counted[name]} {name}' for name in STATES if counted[name])}"
    left = [run for run in runs if not run.finished]
    known = [cost for run in left if (cost := costs.of(run.config))]
    if left and not known:
        return f"{lines}; time, memory and disk of what is missing: {NOT_MEASURED}"
    if left:
        together = sum(sorted((cost.memory for cost in known), reverse=True)[:jobs])
        seconds, disk = sum(cost.seconds for cost in known), sum(cost.disk for cost in known)
        lines += f"; what is missing takes about {duration(seconds)} one at a time"
        lines += f", {duration(seconds / min(jobs, len(left)))} with {jobs} at a time" if jobs > 1 else ""
        lines += f", {size(together)} of memory and {size(disk)} of disk"
        lines += f", {len(left) - len(known)} of them {NOT_MEASURED}" if len(known) < len(left) else ""
    return lines


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    for unit, name in ((3600, "hours"), (60, "minutes")):
        if seconds >= unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.0f} seconds"


def size(count: float) -> str:
    """Bytes as people say them."""
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"
