"""An artifact is a module with PAPER, compute(runs) and render(frame): one table or figure of the paper."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
from matplotlib.figure import Figure

from experiments.ink.models import label_of
from experiments.ink.plots import footer, heading, save
from experiments.paper import written
from experiments.paper.claims import RULE, Verdict
from experiments.paper.earlier import Earlier
from experiments.runs.provenance import revision, versions
from experiments.runs.run import Run, kept


@dataclass(frozen=True)
class Paper:
    """Where an artifact stands in the paper, and what the paper claims with it."""

    name: str
    section: str
    claim: str


class Artifact(Protocol):
    """Two steps: `compute` is slow and gives a tidy frame; `render` is fast and pure."""

    PAPER: Paper

    def compute(self, runs: Sequence[Run]) -> pd.DataFrame:
        """One row per number, with its model and seed."""

    def render(self, frame: pd.DataFrame) -> str | Figure:
        """Markdown or a figure, from the frame alone.

        A figure may have numbers beside it, `table(frame)`, and what the paper claims is judged by `claims(frame)`.
        """


HERE = Path(__file__).resolve().parents[1]
FORMS = (".png", ".pdf")  # results/ keeps the first
DRAWING = "it is a drawing, without data"
NOT_REPRODUCED = {f"figure{number}": DRAWING for number in (2, 3, 7, 12, 17)}


def find(name: str) -> Artifact:
    """The artifact called `name`, e.g. table3 or figure1; raises ValueError with the known names."""
    if name in NOT_REPRODUCED:
        raise ValueError(f"{name} is not reproduced: {NOT_REPRODUCED[name]}")
    if name not in known():
        raise ValueError(f"unknown artifact {name!r}; known: {', '.join(known())}")
    return import_module(f"experiments.{folder(name)}.{name}")  # type: ignore[return-value]


def known() -> list[str]:
    """The artifacts: the files of experiments/tables and experiments/figures."""
    return sorted(file.stem for kind in ("tables", "figures") for file in (HERE / kind).glob("[a-z]*.py"))


def refuse_unwritable(results: Path) -> None:
    """Raises OSError where nothing can be written into `results`, which is found out before days of training.

    It is not made yet: an interrupted command leaves no empty folder.
    """
    there = next(folder for folder in (results, *results.absolute().parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"{results} cannot be written ({reason}); name another folder by results=") from error


def write(name: str, runs: Sequence[Run], results: Path, earlier: Earlier | None = None) -> str:
    """Computes and renders an artifact into `results`; returns what to show on the screen.

    earlier: numbers that are extended; only those of the other runs are computed
    """
    artifact = find(name)
    results.mkdir(parents=True, exist_ok=True)
    frame = artifact.compute([run for run in runs if run.told is None])
    if earlier:
        frame = earlier.extended(frame, runs)
    frame.to_csv(_whole(results / f"{name}.csv"), index=False)
    _commit(results / f"{name}.csv")
    judged = [asdict(verdict) for verdict in verdicts(name, frame, runs)]
    _write_text(results / f"{name}.json", json.dumps(sources(name, runs) | {"verdicts": judged}, indent=2))
    if folder(name) == "figures":
        draw(name, artifact.render(frame), summary(runs), results)
    text = f"# {artifact.PAPER.name} (§{artifact.PAPER.section})\n\n{page(name, frame, runs)}\n"
    _write_text(results / f"{name}.md", text)
    return text


def draw(name: str, drawn: str | Figure, note: str, results: Path) -> list[Path]:
    """Writes a figure for the screen, .png, and for a paper, .pdf: what it is stands above, `note` below."""
    files = [results / f"{name}{form}" for form in FORMS]
    assert isinstance(drawn, Figure)
    heading(drawn, titled(name))
    footer(drawn, note)
    for file in files:
        save(drawn, _whole(file))
        _commit(file)
    return files


def titled(name: str) -> str:
    """Which table or figure of the paper it is, where it stands there and what it shows: the artifact's first line."""
    return (find(name).__doc__ or "").partition("\n")[0].rstrip(".")


def page(name: str, frame: pd.DataFrame, runs: Sequence[Run]) -> str:
    """An artifact in Markdown: its numbers, the verdicts on what the paper claims, and where the numbers are from."""
    artifact = find(name)
    numbers: Any = artifact.render(frame) if folder(name) == "tables" else artifact.table(frame)  # type: ignore[attr-defined]
    judged = verdicts(name, frame, runs)
    lines = [f"The paper: {artifact.PAPER.claim}."] if artifact.PAPER.claim else []
    if judged:
        lines = [*lines, "", *(f"- {verdict}" for verdict in judged), "", f"Decided by {RULE}."]
    elif hasattr(artifact, "claims") and not judging(runs):
        lines.append("At scale smoke nothing is judged: it shows that everything runs.")
    return "\n\n".join(part for part in (numbers, "\n".join(lines), summary(runs)) if part)


def verdicts(name: str, frame: pd.DataFrame, runs: Sequence[Run]) -> list[Verdict]:
    """Whether the claims hold that an artifact judges (`claims`); none at scale smoke."""
    claims: Callable[[pd.DataFrame], list[Verdict]] | None = getattr(find(name), "claims", None)
    return claims(frame) if claims and judging(runs) else []


def all_verdicts(results: Path) -> str:
    """One table of the verdicts in every folder of `results`, in Markdown."""
    rows = []
    for file in sorted(results.glob("*/*.json")):
        for verdict in written.read(file).get("verdicts", []):
            rows.append(
                {
                    "results": file.parent.name,
                    "artifact": find(file.stem).PAPER.name,
                    "claim": verdict.claim,
                    "verdict": verdict.outcome,
                    "decided by": verdict.reason,
                }
            )
    table = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    return f"# Claims\n\nThe rule: {RULE}.\n\n{table}\n"


def judging(runs: Sequence[Run]) -> bool:
    """Whether the runs are large enough for a verdict."""
    return bool(runs) and all(run.config.scale.name != "smoke" for run in runs)


def summary(runs: Sequence[Run]) -> str:
    """One line under every table and figure: which data, how much, how long."""
    if not runs:
        return f"From the schemas; nothing is trained. Revision {revision()}."
    data = sorted({run.provenance["data"]["origin"] for run in runs})
    scale = runs[0].config.scale
    seeds = sorted({run.seed for run in runs})
    revisions = sorted({run.provenance["revision"] for run in runs})
    samples = sorted({run.provenance["data"]["samples"] for run in runs})
    return (
        f"Data: {', '.join(data)}; {', '.join(map(str, samples))} training samples; scale {scale.name} "
        f"({scale.batches:,} batches{_exceptions(runs)}){_chosen(runs)}; seeds {seeds}; "
        f"revision {', '.join(revisions)}."
    )


def _chosen(runs: Sequence[Run]) -> str:
    """By what a generator was chosen along each run, where it is not the last one."""
    metrics = sorted({str(kept(run.config)) for run in runs if run.selected})
    return f"; of each run the generator of the lowest {', '.join(metrics)} on V" if metrics else ""


def _exceptions(runs: Sequence[Run]) -> str:
    """The models that have a budget of batches of their own."""
    budgets = {run.model: run.config.batches for run in runs if run.config.batches != run.config.scale.batches}
    return "".join(f", {label_of(model)} {batches:,}" for model, batches in budgets.items())


def sources(name: str, runs: Sequence[Run]) -> dict[str, Any]:
    """What computed an artifact, and the provenance of every run behind it."""
    return {
        "artifact": name,
        "revision": revision(),
        "versions": versions(),
        "runs": [
            {
                "id": run.folder.name,
                "model": run.model,
                "seed": run.seed,
                "scale": run.config.scale.name,
                **run.provenance,
            }
            for run in runs
        ],
    }


def folder(name: str) -> str:
    """The folder of experiments/ in which an artifact's module stands: tables or figures."""
    return "tables" if (HERE / "tables" / f"{name}.py").exists() else "figures"


def _whole(file: Path) -> Path:
    return file.with_name(f".{file.name}")


def _commit(file: Path) -> None:
    os.replace(_whole(file), file)


def _write_text(file: Path, text: str) -> None:
    _whole(file).write_text(text, encoding="utf-8")
    _commit(file)
