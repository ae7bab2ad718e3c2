"""The examples of the guides run as they are written, from top to bottom; the pages make a site without dead links."""

from __future__ import annotations

import html
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

import baselines
import dg
from experiments.console.dg import verbs
from tests import slowly
from tests.commands import Command

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
CUT = {"fit": ["batches=4"], "retrain": ["batches=100"]}  # what is given beside what is written


def run(example: Example) -> None:
    """Each line of a block is a command of `dg`, and ends well."""
    for line in example.parsed.splitlines():
        name, verb, *options = shlex.split(line)
        assert name == "dg"
        status, _, errors = Command(
            "experiments.console.dg", verb, *options, *CUT.get(verb, []), cwd=Path.cwd()
        ).finish()
        assert status == 0, f"{line}: {errors}"


GUIDES = Sybil(parsers=[PythonCodeBlockParser()], path=str(DOCS))
WITH_COMMANDS = Sybil(parsers=[PythonCodeBlockParser(), CodeBlockParser("sh", run)], path=str(DOCS))


@pytest.mark.parametrize(
    ("guide", "least"), slowly.but(("tables.md",), [("api.md", 10), ("tables.md", 8), ("privacy.md", 5)])
)
def test_every_example_of_a_guide_runs(guide: str, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In an empty folder; an error says which line of the guide it is of."""
    follow(GUIDES, guide, ["python"], least, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize(("guide", "least"), [("holders.md", 12), ("judging.md", 3)])
def test_every_command_of_a_guide_runs(guide: str, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    follow(WITH_COMMANDS, guide, ["python", "sh"], least, tmp_path, monkeypatch)


def follow(
    parsed: Sybil, guide: str, languages: list[str], least: int, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    patch.chdir(folder)
    examples = list(parsed.parse(DOCS / guide))
    text = (DOCS / guide).read_text(encoding="utf-8")
    assert len(examples) == sum(text.count(f"```{language}\n") for language in languages) >= least
    for example in examples:
        example.evaluate()


@pytest.mark.slow
def test_the_examples_for_researchers_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In a folder with the repository's results; its runs are the test's own."""
    monkeypatch.setenv("OUTPUTS", str(tmp_path / "outputs"))
    (tmp_path / "results").symlink_to(ROOT / "results")
    follow(GUIDES, "researchers.md", ["python"], 2, tmp_path, monkeypatch)


@pytest.mark.slow
def test_the_pages_make_a_site(tmp_path: Path):
    """Without a warning: no page is missing in the front page's lists, no link is dead, all docstrings are read."""
    site = [sys.executable, "-m", "sphinx", "-c", "docs", ".", str(tmp_path), "--fail-on-warning", "--keep-going", "-q"]
    made = subprocess.run(site, cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    reference = {page.stem: page.read_text(encoding="utf-8") for page in (tmp_path / "docs/reference").glob("*.html")}
    assert not [name for name in dg.__all__ if f'id="dg.{name}"' not in reference["dg"]]
    assert not [name for name in baselines.MODELS if f".{name}" not in reference["baselines"]]
    assert not [verb for verb in verbs() if f'id="dg-{verb}"' not in reference["experiments"]]
    assert "Float[Tensor, 'b t k']" in html.unescape(re.sub("<[^>]*>", "", reference["baselines"]))


PAGES = sorted({*ROOT.glob("*.md"), *DOCS.rglob("*.md")} - {*(DOCS / "_build").rglob("*")})
LINK, NAMED = re.compile(r"\]\(([^)#\s]+)"), re.compile(r"`((?:docs|results)/[^`\s*]+\.(?:md|png)|[A-Z]{4,}\.md)`")


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_file_that_a_page_leads_to_is_there(page: Path):
    text = page.read_text(encoding="utf-8")
    links = [link for link in LINK.findall(text) if not link.startswith("http")]
    named = [name for name in NAMED.findall(text) if not re.search("/.*[A-Z]{4}", name)]  # results/search-NAME.md
    assert not [link for link in links if not (page.parent / link).exists()]
    assert not [name for name in named if not (ROOT / name).exists()]


def test_the_readme_leads_to_the_front_page():
    assert "(docs/index.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
