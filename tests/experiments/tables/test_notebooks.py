"""The notebooks of tables run from top to bottom with a real kernel."""

from __future__ import annotations

import pytest

from experiments.paper import artifact

pytestmark = pytest.mark.slow
NAMES = [name for name in artifact.known() if artifact.folder(name) == "tables"]


@pytest.mark.parametrize("name", NAMES)
def test_executes(name, execute):
    assert {"text/html", "text/markdown"} <= execute(name)
