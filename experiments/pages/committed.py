"""What a folder of results holds of an artifact, read as data: numbers, drawing, verdicts and where they are from."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from dg.files import content
from experiments.ink.models import label_of
from experiments.pages.markdown import Table, blocks
from experiments.paper import artifact, written
from experiments.paper.claims import FAILS, HOLDS, OPEN, Verdict
from experiments.paper.evidence import Entry
from experiments.paper.written import Source, Written
from experiments.runs.plan import duration

TEXT_LIMIT, IMAGE_LIMIT = 4 * 2**20, 16 * 2**20  # bytes
PNG = b"\x89PNG\r\n\x1a\n"
TOLD, TITLE, RULE, CLAIM = ("Data: ", "From the schemas;"), "# ", "Decided by ", "The paper: "


@dataclass(frozen=True)
class Drawing:
    """A figure as it was committed, and its size in pixels."""

    png: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Result:
    """One artifact in one folder of results.

    notes: its tables and what is said of them, without what `facts` say; summary: the line on data, scale and seeds
    command: makes it again
    """

    folder: str
    name: str
    facts: Written
    notes: list[Table | Markup]
    summary: str
    drawing: Drawing | None
    command: str

    @property
    def runs(self) -> list[Source]:
        """Those behind it."""
        return self.facts["runs"]

    @property
    def verdicts(self) -> list[Verdict]:
        """By the rule; none where nothing was judged."""
        return self.facts.get("verdicts", [])

    @property
    def data(self) -> str:
        """ "real", "simulated", or "schemas" where nothing was trained."""
        kinds = {"real" if run["data"]["origin"].startswith("real") else "simulated" for run in self.runs}
        return " and ".join(sorted(kinds)) or "schemas"

    def each(self, field: str) -> list[str]:
        """The different values of a field over its runs, in order."""
        return list(dict.fromkeys(str(run[field]) for run in self.runs))  # type: ignore[literal-required]

    @property
    def origins(self) -> list[str]:
        """The names of its data, e.g. "real, mba"."""
        return list(dict.fromkeys(run["data"]["origin"] for run in self.runs))

    @property
    def seeds(self) -> int:
        """How many there are."""
        return len(self.each("seed"))

    @property
    def scale(self) -> str:
        """With the batches of each model, where they are told beside the numbers."""
        parts = [part for part in self.summary.split("; ") if part.startswith("scale ")]
        return parts[0].removeprefix("scale ") if parts else ", ".join(self.each("scale"))

    @property
    def samples(self) -> str:
        """How many samples were trained on, from the fewest to the most."""
        return ", ".join(f"{count:,}" for count in sorted({run["data"]["samples"] for run in self.runs}))

    @property
    def seconds(self) -> float:
        """What all its runs took to train."""
        return sum(run["seconds"] for run in self.runs)

    @property
    def costs(self) -> pd.DataFrame:
        """A row a model: model, seeds, samples, seconds of the median run, device and revision."""
        rows = [{**run, "samples": run["data"]["samples"]} for run in self.runs]
        if not rows:
            return pd.DataFrame()
        shared = {column: (column, _joined) for column in ("samples", "device", "revision")}
        frame = pd.DataFrame(rows).groupby("model", sort=False)
        costs = frame.agg(seeds=("seed", "nunique"), seconds=("seconds", "median"), **shared).reset_index()
        return costs.assign(model=costs["model"].map(label_of), seconds=costs["seconds"].map(duration))


def read(results: Path, listed: Sequence[Entry]) -> list[Result]:
    """What every folder of `results` holds, in the order of the list, then by name.

    listed: which command makes what of which folder
    Raises ValueError that names the file that is damaged or another's, and what is wrong with it.
    """
    if not results.is_dir():
        raise ValueError(f"results={results} is no folder; name the one that holds folders of results")
    entries = {(entry.folder, name): entry for entry in listed for name in entry.artifacts}
    places = {key: place for place, key in enumerate(entries)}
    files = {(file.parent.name, file.stem): file for file in sorted(results.glob("*/*.json"))}
    ordered = sorted(files, key=lambda key: (places.get(key, len(places)), key))
    return [_read(files[key], entries.get(key)) for key in ordered]


def _read(file: Path, entry: Entry | None) -> Result:
    facts = written.read(file)
    name = facts["artifact"]
    if name not in artifact.known() or name != file.stem:
        raise ValueError(f"{file}: artifact: {name!r} is not what the file is called, or no artifact; make it anew")
    for verdict in facts.get("verdicts", []):
        if verdict.outcome not in (HOLDS, FAILS, OPEN):
            raise ValueError(f"{file}: verdicts: {verdict.outcome!r} is none of {HOLDS}, {FAILS} and {OPEN}")
    folder, text = file.parent.name, _text(file.with_suffix(".md"))
    lines = text.splitlines()
    repeated = {f"- {verdict}" for verdict in facts.get("verdicts", [])}
    kept = [line for line in lines if line not in repeated and not line.startswith((TITLE, RULE, CLAIM, *TOLD))]
    return Result(
        folder=folder,
        name=name,
        facts=facts,
        notes=blocks("\n".join(kept)),
        summary=next((line.rstrip(".") for line in reversed(lines) if line.startswith(TOLD)), ""),
        drawing=_drawing(file.with_suffix(".png")),
        command=entry.command(name) if entry else f"make reproduce-{name} RESULTS=results/{folder}",
    )


def _text(file: Path) -> str:
    """Earlier versions wrote none for figures."""
    try:
        return content(file, TEXT_LIMIT).decode("utf-8") if file.exists() else ""
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: no text in UTF-8 from byte {error.start} on; make it anew") from None


def _drawing(file: Path) -> Drawing | None:
    if not file.exists():
        return None
    png = content(file, IMAGE_LIMIT)
    if not png.startswith(PNG) or len(png) < 24 or png[12:16] != b"IHDR":
        raise ValueError(f"{file} is no PNG; make it anew")
    width, height = struct.unpack(">II", png[16:24])
    return Drawing(png, width, height)


def _joined(values: pd.Series) -> str:
    return ", ".join(map(str, dict.fromkeys(values)))
