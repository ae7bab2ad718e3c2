"""The README's table is that of results/, and every artifact stands in all of its places."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from experiments.pages import readme
from experiments.pages.order import title
from experiments.paper import artifact, notebook

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_has_the_table_of_the_results(results, config):
    """`python -m experiments.report readme=true` would write it again as it is."""
    assert readme.written(README, results, config.rows) == README


def test_its_links_and_its_one_picture_are_there():
    pictures = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", README)
    assert len(pictures) == 1 and len(pictures[0][0]) > 20
    places = [place for place in re.findall(r"\]\(([^)]+)\)", README) if not place.startswith("https://")]
    assert len(places) > 10 and all((ROOT / place).exists() for place in places)
    known = subprocess.run(["git", "ls-files", *places], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(re.search(rf"^{re.escape(place)}(/|$)", known, re.MULTILINE) for place in places)


def test_an_artifact_that_no_row_names_has_its_own(results):
    rows = {"all but one": [name for name in artifact.known() if name != "noise"]}
    assert readme.table(results, rows).splitlines()[3].startswith("| Noise: Noise numbers of a pass")
    assert readme.table([], {}).count("| none yet | not judged |") == len(artifact.known())


@pytest.fixture(scope="module")
def listed_by_make() -> set[str]:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = (line for line in shown.splitlines() if line.startswith("artifacts:"))
    return set(line.split()[1:])


@pytest.mark.parametrize("name", artifact.known())
def test_an_artifact_stands_in_all_its_places(name, html, listed_by_make, results, config):
    """Its config, its notebook twice, its make target, its row of the README's table and its section of the report."""
    assert (ROOT / "conf" / "experiment" / f"{name}.yaml").exists() and name in listed_by_make
    assert (ROOT / "notebooks" / f"{name}.py").exists() and (ROOT / "notebooks" / f"{name}.ipynb").exists()
    assert html.count(f'<article id="{name}"') == 1
    rows = [row.split(" | ")[0] for row in readme.table(results, config.rows).splitlines()[2:]]
    kind, _, number = title(name).partition(" ")
    own = rf"\b{kind}s?( \d+,)* {number}\b" if number.isdigit() else re.escape(title(name))
    assert sum(bool(re.search(own, row.partition(": ")[0])) for row in rows) == 1


def test_nothing_but_artifacts_and_stories_stand_there(listed_by_make):
    known = set(artifact.known())
    assert listed_by_make == known == {file.stem for file in (ROOT / "conf" / "experiment").glob("*.yaml")}
    assert {file.stem for file in (ROOT / "notebooks").glob("*.ipynb")} == known | set(notebook.stories())
