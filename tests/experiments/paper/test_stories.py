"""The paper's story in four notebooks: a kernel executes them, and a table beside it has each number of their text."""

from __future__ import annotations

import re

import pytest

from experiments.paper import notebook

pytestmark = pytest.mark.slow
PLACES = re.compile(r"§[\d.]+|\b(?:Figures?|Tables?) \d+|`[^`]*`|\bD\d+")
NUMBER = re.compile(r"-?\d[\d,]*\.\d+|\d{1,3}(?:,\d{3})+")
EMPTY = """
from pathlib import Path
from experiments.paper import kept
kept.RESULTS = Path("nowhere")
"""


def numbers(text: str) -> set[str]:
    """Decimals and thousands, however they are written."""
    return {number.replace(",", "") for number in NUMBER.findall(text)}


@pytest.mark.parametrize("name", notebook.stories())
def test_every_number_in_the_text_is_shown(name, executed):
    cells = executed(name).cells
    outputs = [output["data"] for cell in cells for output in cell.get("outputs", []) if "data" in output]
    shown = "\n".join(data.get("text/markdown", "") for data in outputs)
    assert sum("image/png" in data for data in outputs) >= 2 and "Missing" not in shown
    told = numbers(PLACES.sub("", "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")))
    there = numbers(shown) | set(re.findall(r"\b\d{4}\b", shown))
    assert len(told) >= 5 and not told - there


@pytest.mark.parametrize("name", notebook.stories()[:1])
def test_without_results_it_says_what_is_missing(name, executed):
    cells = executed(name, EMPTY).cells
    shown = [
        output["data"]["text/markdown"] for cell in cells for output in cell.get("outputs", []) if "data" in output
    ]
    assert len(shown) == sum(cell.source.startswith("Kept(") for cell in cells)
    assert all(text.startswith("*Missing: ") for text in shown)
