"""The notebooks run from top to bottom with a real kernel."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from experiments.paper import artifact

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the notebooks keep their runs: they share them with each other, and with no earlier code."""
    return tmp_path_factory.mktemp("outputs")


@pytest.mark.parametrize("name", artifact.known())
def test_executes(name, outputs, monkeypatch):
    monkeypatch.setenv("OUTPUTS", str(outputs))
    monkeypatch.setenv("SCALE", "smoke")
    monkeypatch.delenv("DATA", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": ROOT}}).execute()
    shown = {kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})}
    a_table = (ROOT / "experiments" / "tables" / f"{name}.py").exists()
    assert "text/html" in shown and ("text/markdown" if a_table else "image/png") in shown
