"""The report: everything that results/ holds, in the paper's order, on one HTML page that needs nothing else."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from experiments.pages.committed import Drawing, Result
from experiments.pages.order import SECTIONS, sections, subject, title
from experiments.paper import artifact
from experiments.paper.claims import FAILS, HOLDS, OPEN, RULE, Verdict
from experiments.runs.plan import duration

OUTCOMES = (HOLDS, FAILS, OPEN)


@dataclass(frozen=True)
class Shown:
    """An artifact and all its results, the best first."""

    name: str
    title: str
    subject: str
    claim: str
    results: list[Result]

    @property
    def outcomes(self) -> dict[str, int]:
        """How many of its claims hold, fail and are inconclusive."""
        return outcomes(verdict for result in self.results for verdict in result.verdicts)


@dataclass(frozen=True)
class Section:
    """A section of the paper, e.g. "5.2", and its artifacts."""

    number: str
    title: str
    artifacts: list[Shown]


def page(results: Sequence[Result], revision: str) -> str:
    """The page, of results that are in order; the same results give the same page."""
    chapters = [
        Section(number, SECTIONS.get(number, ""), [_shown(name, results) for name in names])
        for number, names in sections().items()
    ]
    shown = [one for chapter in chapters for one in chapter.artifacts]
    runs = {run["id"]: run["seconds"] for result in results for run in result.runs}
    environment = Environment(
        loader=PackageLoader("experiments.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"embedded": _embedded, "duration": duration}
    return environment.get_template("report.html").render(
        sections=chapters,
        artifacts=shown,
        made=sum(bool(one.results) for one in shown),
        counts=outcomes(verdict for result in results for verdict in result.verdicts),
        results=results,
        runs=len(runs),
        seconds=sum(runs.values()),
        drawings={title(name): reason for name, reason in artifact.NOT_REPRODUCED.items()},
        rule=RULE,
        revision=revision,
    )


def outcomes(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many verdicts there are of each outcome that there is."""
    counted = Counter(verdict.outcome for verdict in verdicts)
    return {outcome: counted[outcome] for outcome in OUTCOMES if counted[outcome]}


def _shown(name: str, results: Sequence[Result]) -> Shown:
    own = [result for result in results if result.name == name]
    return Shown(name, title(name), subject(name), artifact.find(name).PAPER.claim, own)


def _embedded(drawing: Drawing) -> str:
    return f"data:image/png;base64,{base64.b64encode(drawing.png).decode('ascii')}"
