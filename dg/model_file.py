"""The file that a data holder hands out (§4.4), read back: of the models that are known, and no others."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file

import dg.doppelganger  # noqa: F401, its model can be loaded
from dg.encoding import Encoder
from dg.generator import Generator
from dg.module import GenerativeModule
from dg.schema import Schema


def load(folder: str | Path) -> Generator:
    """Reads what `Generator.save` wrote. The file names its model, but nothing in it is run or imported.

    Raises ValueError for a model that is not known: those of dg, and those of baselines once it is imported.
    """
    folder = Path(folder)
    try:
        description = json.loads((folder / "generator.json").read_text(encoding="utf-8"))
        schema = Schema.from_json((folder / "schema.json").read_text(encoding="utf-8"))
        encoder = Encoder.from_json((folder / "encoder.json").read_text(encoding="utf-8"), schema)
        module = _known_model(description["model"])(encoder.layout, **description["hyperparameters"])
        module.load_state_dict(load_file(folder / "weights.safetensors"))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ValueError(f"{folder} does not hold a whole generator: {error}") from error
    return Generator(encoder, module.eval())


def _known_model(name: str) -> type[GenerativeModule]:
    known = {model.__name__: model for model in _descendants(GenerativeModule)}
    if name not in known:
        raise ValueError(f"unknown model {name!r}; known: {sorted(known)} (`import baselines` makes its models known)")
    return known[name]


def _descendants(model: type[GenerativeModule]) -> list[type[GenerativeModule]]:
    return [heir for child in model.__subclasses__() for heir in (child, *_descendants(child))]
