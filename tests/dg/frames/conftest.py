"""Files that are read in parts have many of them."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def tiny_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part has two to six samples."""
    monkeypatch.setattr("dg.frames.parts.AT_ONCE", 2000)
    monkeypatch.setattr("dg.frames.reading.AT_ONCE", 2000)
    monkeypatch.setattr("dg.frames.melting.AT_ONCE", 2000)
