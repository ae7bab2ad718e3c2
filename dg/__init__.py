"""The library: the data model, the encoding and DoppelGANger. Importing it does not import torch."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
_HOMES = {
    "Card": "dg.card",
    "Categorical": "dg.schema",
    "Continuous": "dg.schema",
    "DoppelGANger": "dg.doppelganger",
    "Encoder": "dg.encoding",
    "GenerativeModule": "dg.module",
    "Generator": "dg.generator",
    "Privacy": "dg.privacy",
    "Schema": "dg.schema",
    "TimeSeriesDataset": "dg.dataset",
    "fit": "dg.training",
    "load": "dg.model_file",
    "read_like": "dg.frames",
    "read_long": "dg.frames",
    "read_metadata": "dg.frames",
    "read_wide": "dg.frames",
    "retrain": "dg.doppelganger.retrain",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dg' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
