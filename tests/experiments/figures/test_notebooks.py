"""The notebooks of figures run from top to bottom with a real kernel."""

from __future__ import annotations

import pytest

from experiments.paper import artifact

pytestmark = pytest.mark.slow
NAMES = [name for name in artifact.known() if artifact.folder(name) == "figures"]


@pytest.mark.parametrize("name", NAMES)
def test_executes(name, execute):
    assert {"text/html", "image/png"} <= execute(name)
