"""What results/ keeps of an artifact, shown again: its drawing, its tables, its verdicts. Nothing is run or trained.

Notebooks that tell a story read it; where something is missing, it says so in its place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from IPython.display import Image, Markdown
from matplotlib.figure import Figure

from experiments.ink.plots import panels
from experiments.paper import artifact, written

Only = Mapping[str, Collection[str]]
"""Of each column the values that are wanted, e.g. {"model": ["DoppelGANger", "AR"]}."""

EVERYTHING: Only = MappingProxyType({})
RESULTS = Path(__file__).resolve().parents[2] / "results"
DATA, UNDECIDED = "Data: ", "Nothing is decided by rule here: it was computed before there was one."


class Table(NamedTuple):
    """A table in Markdown, and the line above it, if any."""

    title: str
    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Kept:
    """An artifact in a folder of results, e.g. Kept("wwt-real-best", "figure1")."""

    folder: str
    name: str

    def file(self, kind: str) -> Path:
        """One of its files, by the end of its name, e.g. ".csv"."""
        return RESULTS / self.folder / f"{self.name}{kind}"

    def frame(self) -> pd.DataFrame:
        """The numbers as they were computed; raises OSError where they are missing."""
        return written.frame(self.file(".csv"))

    def drawing(self) -> Figure | Image | Markdown:
        """The figure of these numbers; as it was drawn, where an earlier version computed other columns."""
        try:
            drawn = artifact.find(self.name).render(self.frame())
            assert isinstance(drawn, Figure)
            return drawn
        except KeyError:
            return Image(filename=str(self.file(".png")))
        except FileNotFoundError:
            return self._missing()

    def bars(self, rows: str, columns: Mapping[str, str], label: str, only: Only = EVERYTHING) -> Figure | Markdown:
        """Of the values of `rows` a group of bars each, one a column of numbers: medians, and ranges over seeds.

        columns: of each what a legend calls it
        """
        if not self.file(".csv").exists():
            return self._missing()
        groups = _only(self.frame(), only).groupby(rows, sort=False)[list(columns)]
        low, middle, high = (part.iloc[::-1] for part in (groups.min(), groups.median(), groups.max()))
        figure, axes = panels(1, 1, height=0.7 * len(middle) + 0.8)
        axis, height = axes[0, 0], 0.8 / len(columns)
        for number, (column, name) in enumerate(columns.items()):
            at = np.arange(len(middle)) + ((len(columns) - 1) / 2 - number) * height
            reach = np.stack([middle[column] - low[column], high[column] - middle[column]])
            axis.barh(at, middle[column], height, xerr=reach, label=name, error_kw={"lw": 0.6})
        axis.set_yticks(range(len(middle)), middle.index)
        axis.set_xlabel(label)
        axis.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.4, 1), frameon=False)
        return figure

    def table(self, *columns: str, under: str = "", only: Only = EVERYTHING) -> Markdown:
        """These columns, or all, of the first of its tables that has them.

        under: how the line above the table begins
        """
        wanted = {*columns, *only}
        tables = (table for table in self._tables() if table.title.startswith(under))
        found = next((table for table in tables if wanted <= {*table.columns}), None)
        if found is None:
            return self._missing(f" with {', '.join(columns)}" if columns and self.file(".md").exists() else "")
        frame = _only(pd.DataFrame(found.rows, columns=found.columns), only)
        return Markdown(frame[list(columns or found.columns)].to_markdown(index=False, disable_numparse=True))

    def verdicts(self) -> Markdown:
        """What the paper claims, whether it holds by the rule over seeds, and which data say so."""
        claim = artifact.find(self.name).PAPER.claim
        try:
            judged = written.read(self.file(".json")).get("verdicts", [])
            page = self.file(".md").read_text(encoding="utf-8")
        except FileNotFoundError:
            return self._missing()
        told = [f"- {verdict}" for verdict in judged] or [UNDECIDED]
        data = [line for line in page.splitlines() if line.startswith(DATA)]
        return Markdown("\n\n".join([f"The paper: {claim}.", "\n".join(told), *data]))

    def _tables(self) -> list[Table]:
        if not self.file(".md").exists():
            return []
        parts = self.file(".md").read_text(encoding="utf-8").split("\n\n")
        return [_table(above, part) for above, part in pairwise(["", *parts]) if part.startswith("|")]

    def _missing(self, what: str = "") -> Markdown:
        told = f"`results/{self.folder}` has no {self.name}{what}: `docs/results.md` says by which command it is made."
        return Markdown(f"*Missing: {told}*")


def _only(frame: pd.DataFrame, only: Only) -> pd.DataFrame:
    for column, values in only.items():
        frame = frame[frame[column].isin(values)]
    return frame


def _table(above: str, text: str) -> Table:
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines()]
    return Table(above, lines[0], lines[2:])
