"""The README's table: what is reproduced, on which data, at which scale, with how many seeds, and what holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from experiments.pages.committed import Result
from experiments.pages.order import NUMBERED, sections, subject, title
from experiments.pages.page import outcomes
from experiments.paper import artifact
from experiments.paper.marks import between

BEGIN = "<!-- the table of `python -m experiments.report readme=true` -->\n"


def written(readme: str, results: Sequence[Result], rows: Mapping[str, Sequence[str]]) -> str:
    """The README with its table between the marks."""
    return between(readme, BEGIN, table(results, rows), where="README.md")


def table(results: Sequence[Result], rows: Mapping[str, Sequence[str]]) -> str:
    """A row for each subject of `rows`, and one for each artifact that none of them has.

    Raises ValueError where `rows` names an artifact that there is none of, or one twice.
    """
    named = [name for names in rows.values() for name in names]
    wrong = sorted(set(named) - set(artifact.known()) | {name for name in named if named.count(name) > 1})
    if wrong:
        raise ValueError(f"conf/report.yaml: rows: {wrong[0]!r} is named twice, or is no artifact")
    others = [name for names in sections().values() for name in names if name not in named]
    lines = ["| of the paper | data, scale, seeds | verdicts | make | results |", "|---|---|---|---|---|"]
    for about, names in [*rows.items(), *((subject(name), [name]) for name in others)]:
        own = [result for name in names for result in results if result.name == name]
        target = next((result.name for result in own), names[0])
        cells = [f"{_titles(names)}: {about}", _data(own), _verdicts(own), f"`reproduce-{target}`", _links(own)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _titles(names: Sequence[str]) -> str:
    """Those of the paper by their numbers, e.g. "Tables 3, 4, Figure 1, Noise"."""
    parts = []
    for kind, each in groupby(names, key=lambda name: found[1].title() if (found := NUMBERED.fullmatch(name)) else ""):
        titles = [title(name).removeprefix(f"{kind} ") for name in each]
        parts.append(f"{kind}{'s' * (len(titles) > 1)} {', '.join(titles)}" if kind else ", ".join(titles))
    return ", ".join(parts)


def _data(results: Sequence[Result]) -> str:
    if not results:
        return "none yet"
    trained = [result for result in results if result.runs]
    if not trained:
        return "the schemas alone"
    kinds = _distinct(result.data for result in trained)
    scales = _distinct(run["scale"] for result in trained for run in result.runs)
    seeds = sorted({result.seeds for result in trained})
    many = f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f"{seeds[0]}"
    return f"{', '.join(kinds)}; {', '.join(scales)}; {many} {'seed' if seeds[-1] == 1 else 'seeds'}"


def _verdicts(results: Sequence[Result]) -> str:
    counts = outcomes(verdict for result in results for verdict in result.verdicts)
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "not judged"


def _links(results: Sequence[Result]) -> str:
    folders = _distinct(result.folder for result in results)
    shown = ", ".join(f"[{folder}](results/{folder})" for folder in folders[:2])
    return f"{shown}, …" if len(folders) > 2 else shown


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
