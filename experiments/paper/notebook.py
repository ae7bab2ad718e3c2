"""An artifact's notebook, written from the artifact itself; what we see in it is its own paragraph. And the stories."""

from __future__ import annotations

import textwrap
from pathlib import Path

import jupytext
from jupytext.config import load_jupytext_config
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from experiments.paper import artifact

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
WRITTEN = "Written by `python -m experiments.notebooks`; only what we see, below, is written by hand."
OWN = "## What we see"
WIDTH = 116
FRAME = """\
frame = {name}.compute(made)
frame.head(20)"""
SETUP = """\
from IPython.display import Markdown

{imports}

made = runs("{name}")"""


def notebook(name: str, own: str) -> NotebookNode:
    """The notebook of an artifact, with `own` as its paragraph of what we see."""
    module = artifact.find(name)
    kind = artifact.folder(name)
    about = [
        f"# {artifact.titled(name)}",
        f"The paper: {module.PAPER.claim}.",
        "`SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's "
        f"place. Runs that `make reproduce-{name}` has made are read, not made again.",
        WRITTEN,
    ]
    imports = [f"{kind} import {name}", "paper.artifact import page", "paper.grid import runs"]
    setup = SETUP.format(imports="\n".join(f"from experiments.{line}" for line in sorted(imports)), name=name)
    shown = [f'Markdown(page("{name}", frame, made))']
    if kind == "figures":
        setup = "%matplotlib inline\n" + setup
        shown.append(f"{name}.render(frame)")
    code = [setup, FRAME.format(name=name), *shown]
    text = "\n\n".join(textwrap.fill(paragraph, WIDTH) for paragraph in about)
    cells = [new_markdown_cell(text), *map(new_code_cell, code), new_markdown_cell(own)]
    return _numbered(name, cells)


def own_paragraph(name: str) -> str:
    """What a notebook says in its own words."""
    file = NOTEBOOKS / f"{name}.py"
    if not file.exists():
        return f"{OWN}\n\nNothing yet: say here what the numbers and drawings above show."
    cells = [cell.source for cell in jupytext.read(file).cells if cell.cell_type == "markdown"]
    return next(source for source in cells if source.startswith(OWN))


def write(name: str, folder: Path = NOTEBOOKS) -> list[Path]:
    """Writes the notebook and its paired .ipynb; what was written."""
    files = [folder / f"{name}.py", folder / f"{name}.ipynb"]
    config = load_jupytext_config(str(NOTEBOOKS))
    for file, form in zip(files, ("py:percent", "ipynb"), strict=True):
        jupytext.write(notebook(name, own_paragraph(name)), file, fmt=form, config=config)
    return files


def stories() -> list[str]:
    """The notebooks that tell the paper's story, in its order; they are written by hand, as .py."""
    return sorted(file.stem for file in NOTEBOOKS.glob("story*.py"))


def pair(name: str, folder: Path = NOTEBOOKS) -> Path:
    """Writes the paired .ipynb of a notebook that is written by hand, without outputs; what was written."""
    made = {"markdown": new_markdown_cell, "code": new_code_cell}
    cells = [made[cell.cell_type](cell.source) for cell in jupytext.read(NOTEBOOKS / f"{name}.py").cells]
    jupytext.write(_numbered(name, cells), folder / f"{name}.ipynb", config=load_jupytext_config(str(NOTEBOOKS)))
    return folder / f"{name}.ipynb"


def _numbered(name: str, cells: list[NotebookNode]) -> NotebookNode:
    for number, cell in enumerate(cells):
        cell.id = f"{name}-{number}"
    return new_notebook(cells=cells)
