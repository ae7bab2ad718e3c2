"""The notebooks run from top to bottom with a real kernel."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from experiments import artifact

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", artifact.known())
def test_executes(name, monkeypatch):
    monkeypatch.setenv("SCALE", "smoke")
    monkeypatch.delenv("DATA", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": ROOT}}).execute()
    shown = {kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})}
    a_table = (ROOT / "experiments" / "tables" / f"{name}.py").exists()
    assert "text/html" in shown and ("text/markdown" if a_table else "image/png") in shown
