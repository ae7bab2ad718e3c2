"""Draws what results hold again, from the numbers that were kept: a new look needs no run, and moves no number."""

from __future__ import annotations

from pathlib import Path

from experiments.paper import written
from experiments.paper.artifact import draw, find, folder, known


def redraw(results: Path, into: Path) -> list[Path]:
    """Draws every figure whose numbers are in `results` or in a folder of it, into the same folders of `into`.

    Only drawings are written: numbers, verdicts and provenance stay what they were. Returns the drawings' files.
    Raises ValueError where there is nothing to draw, or numbers lack a column.
    """
    kept = [file for name in known() if folder(name) == "figures" for file in results.glob(f"**/{name}.csv")]
    if not kept:
        raise ValueError(f"no numbers of a figure in {results}: name a folder with figureN.csv, e.g. results=results")
    drawn = []
    for file in sorted(kept):
        target = into / file.parent.relative_to(results)
        target.mkdir(parents=True, exist_ok=True)
        try:
            figure = find(file.stem).render(written.frame(file))
        except KeyError as error:
            raise ValueError(
                f"{file} lacks a column, {error.args[0]}: compute it again, python -m experiments.reproduce"
            ) from None
        drawn += draw(file.stem, figure, note_of(file), target)
    return drawn


def note_of(file: Path) -> str:
    """What stands under the drawing: the last paragraph of the page beside the numbers, or what the runs say."""
    page = file.with_suffix(".md")
    if page.exists():
        return page.read_text(encoding="utf-8").rstrip().rpartition("\n\n")[2]
    runs = written.read(file.with_suffix(".json"))["runs"]
    told = {name: sorted({str(run[name]) for run in runs}) for name in ("scale", "seed", "revision")}  # type: ignore[literal-required]
    data = sorted({f"{run['data']['origin']}; {run['data']['samples']} training samples" for run in runs})
    return (
        f"Data: {', '.join(data)}; scale {', '.join(told['scale'])}; seeds [{', '.join(told['seed'])}]; "
        f"revision {', '.join(told['revision'])}."
    )
