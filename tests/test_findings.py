"""Each number of the findings, and of the README's, with decimals or in per cent, equals one of the results named.

A paragraph, an item of a list or a table takes its numbers from the files and folders of results/ that it names, or the
last one before it that names some: `results/wwt-real/figure24.md`, or all texts of `results/wwt-real`. Where the prose
should not name them a comment does: <!-- of `results/wwt-real/table3.md` -->. What was worked out by hand, or is of a
study that left no results, stands in another comment, and nothing else does: <!-- by hand: 0.29 0.17 -->.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from experiments.studies.columns import mean_ranks

RESULTS = Path(__file__).resolve().parents[1] / "results"
PAGES = ("docs/findings.md", "README.md")
PLACE = re.compile(r"`results/([\w-]+(?:/\w+\.md)?)/?`|`(\w+\.md)`")
COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
BY_HAND = re.compile(r"<!-- by hand: (.*?) -->", re.DOTALL)
SEARCHES = "`results/*-search-MODEL`"  # means over the datasets, of each model's settings
UNREAD = re.compile(r"`[^`]*`|\]\([^)]*\)")
NUMBER = re.compile(r"(?<![\w.§/])[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?(?![\w]|\.\d)")
TOLD = re.compile(r"(?<![\w.§/,])[-−]?(?:\d+\.\d+(?: %)?|\d+ %)(?![\w]|\.\d)")


class Block(NamedTuple):
    """A paragraph, an item or a table: its first words, its numbers, those by hand, and what results say."""

    begins: str
    numbers: list[str]
    by_hand: list[str]
    values: list[float]


def blocks(text: str) -> Iterator[Block]:
    files: list[Path] = []
    for part in re.split(r"\n\n|\n(?=- )", text):
        named: list[Path] = []
        for place, beside in PLACE.findall(part):
            path = RESULTS / place if place else named[-1].parent / beside if named else RESULTS
            named += [path] if path.is_file() else sorted(path.glob("*.md"))
        files = named or files
        values = [number for file in files for number in known(file)] + (means() if SEARCHES in part else [])
        by_hand = [number for listed in BY_HAND.findall(part) for number in listed.split()]
        words = UNREAD.sub(" ", COMMENT.sub(" ", part))
        if not files:
            continue  # nothing of results/ yet
        yield Block(" ".join(words.split())[:60], TOLD.findall(words), by_hand, values)


@cache
def known(file: Path) -> set[float]:
    """Every number in a text."""
    return {value(number) for number in NUMBER.findall(file.read_text(encoding="utf-8"))}


@cache
def means() -> list[float]:
    """Of each model's settings that were tried on three datasets the mean of the mean ranks, the first five."""
    found: list[float] = []
    for model in ("ar", "hmm", "naive_gan", "rnn", "doppelganger"):
        ranks = []
        for file in sorted(RESULTS.glob(f"*-search-{model}/search.csv")):
            trials = pd.read_csv(file, keep_default_na=False, na_values={"value": "", "error": ""})
            ranks.append(mean_ranks(trials.assign(model=trials["settings"])).mean())
        found += list(pd.concat(ranks, axis=1).dropna().mean(axis=1).nsmallest(5))
    return found


def value(number: str) -> float:
    return float(number.removesuffix(" %").replace(",", "").replace("−", "-"))


def is_one_of(number: str, values: list[float]) -> bool:
    """Whether one of the values is this, rounded to as many decimals; a share may be printed in either way."""
    half = 0.5001 * 10.0 ** -len(number.removesuffix(" %").partition(".")[2])
    scales = (1, 100) if number.endswith("%") else (1,)
    return any(abs(value(number) - scale * other) <= half for other in values for scale in scales)


def wrong(text: str) -> list[tuple[str, str, list[str]]]:
    found = []
    for begins, numbers, by_hand, values in blocks(text):
        missing = [number for number in numbers if not is_one_of(number, values)]
        found += [(begins, "not in the results", [n for n in missing if value(n) not in map(value, by_hand)])]
        found += [(begins, "needs no hand", [n for n in by_hand if value(n) not in map(value, missing)])]
    return [problem for problem in found if problem[-1]]


@pytest.mark.parametrize("page", PAGES)
def test_every_number_is_one_of_the_results_that_are_named(page):
    assert wrong((RESULTS.parent / page).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES)
def test_other_numbers_would_be_found_out(page):
    """Most numbers, were they others by a third, would not be in the results that are named; a few are by chance."""
    caught = []
    for block in blocks((RESULTS.parent / page).read_text(encoding="utf-8")):
        for number in block.numbers:
            digits = number.removesuffix(" %")
            other = format(1.37 * value(number) + 0.003, f".{len(digits.partition('.')[2])}f")
            if other != digits:
                caught.append(not is_one_of(number.replace(digits, other), block.values))
    assert len(caught) >= 5 and sum(caught) > 0.6 * len(caught)


def test_what_is_wrong_is_told():
    page = "Of `results/wwt-real-best/table3.md`: 0.00016, 0.77777, 0.55555 <!-- by hand: 0.55555 0.00016 -->, 12.5 %."
    begins = "Of : 0.00016, 0.77777, 0.55555 , 12.5 %."
    assert wrong(page) == [
        (begins, "not in the results", ["0.77777", "12.5 %"]),
        (begins, "needs no hand", ["0.00016"]),
    ]
