"""The examples of the guides run as they are written, from top to bottom."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

DOCS = Path(__file__).resolve().parents[1] / "docs"
RUN = Sybil(parsers=[PythonCodeBlockParser()], path=str(DOCS))


@pytest.mark.parametrize(("guide", "least"), [("api.md", 10), ("tables.md", 8), ("privacy.md", 5)])
def test_every_example_of_a_guide_runs(guide: str, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In an empty folder; an error says which line of the guide it is of."""
    monkeypatch.chdir(tmp_path)
    examples = list(RUN.parse(DOCS / guide))
    assert len(examples) == (DOCS / guide).read_text(encoding="utf-8").count("```python") >= least
    for example in examples:
        example.evaluate()
