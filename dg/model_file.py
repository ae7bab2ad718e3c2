"""The file that a data holder hands out (§4.4), read back. Only known models are loaded."""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, NotRequired

import torch
from pydantic import ConfigDict, Field, with_config
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor
from typing_extensions import TypedDict

import dg.doppelganger  # noqa: F401, makes its model known
from dg.archive import ENCODER, GENERATOR, SCHEMA, SUFFIX, WEIGHTS, unpacked
from dg.card import Card
from dg.encoding import Encoder, Layout
from dg.files import JSON_LIMIT, STRICT, content, parse_json, regular, short
from dg.generator import FORMAT, Generator
from dg.hyperparameters import check
from dg.memory import available
from dg.module import GenerativeModule
from dg.schema import Schema

FLOATS, TYPES = {"F16", "BF16", "F32", "F64"}, {torch.int64: {"I64"}}  # as safetensors calls them
BY = f"by {GENERATOR}, {SCHEMA} and {ENCODER}"


@with_config(ConfigDict(strict=True, extra="ignore"))
class _Version(TypedDict):
    format: NotRequired[Annotated[int, Field(ge=1)]]


@with_config(STRICT)
class _Description(TypedDict):
    format: NotRequired[int]
    model: str
    hyperparameters: dict[str, Any]
    card: NotRequired[Card]


def load(path: str | Path) -> Generator:
    """Reads what `Generator.save` wrote, a folder or a file. It names its model, but nothing in it is run or imported.

    Raises ValueError, which names the path, the file and the field, for anything that `save` would not write and for
    an unknown model. The models of dg are known, and those of baselines once it is imported. The sizes given in the
    files are compared with each other before any memory is allocated.
    """
    path = Path(path)
    packed = not path.is_dir() and (path.suffix == SUFFIX or path.exists())
    try:
        with unpacked(path) if packed else nullcontext(path) as folder:
            return _read(folder)
    except (OSError, ValueError, RuntimeError, MemoryError, SafetensorError) as error:
        raise ValueError(f"{path} does not hold a whole generator: {error}") from error


def _read(folder: Path) -> Generator:
    described = _described(content(folder / GENERATOR, JSON_LIMIT))
    schema = Schema.from_json(content(folder / SCHEMA, JSON_LIMIT), SCHEMA)
    encoder = Encoder.from_json(content(folder / ENCODER, JSON_LIMIT), schema, ENCODER)
    model, hyperparameters = _known_model(described["model"]), described["hyperparameters"]
    _check_weights(_shapes(model, encoder.layout, hyperparameters), regular(folder / WEIGHTS))
    with torch.random.fork_rng(devices=[]):
        module = model(encoder.layout, **hyperparameters)
    module.load_state_dict(load_file(folder / WEIGHTS))
    _check_values(module.state_dict(), schema.max_length)
    return Generator(encoder, module.eval(), described.get("card"))


def _described(text: bytes) -> _Description:
    version = parse_json(text, _Version, GENERATOR).get("format", 1)
    if version > FORMAT:
        raise ValueError(
            f"{GENERATOR}: format {version} was made by a later version than this, which reads {FORMAT}; update"
        )
    return parse_json(text, _Description, GENERATOR)


def _known_model(name: str) -> type[GenerativeModule]:
    known = {model.__name__: model for model in _descendants(GenerativeModule)}
    if name not in known:
        raise ValueError(
            f"{GENERATOR}: unknown model {short(name)}; known: {sorted(known)} (`import baselines` makes its models "
            "known)"
        )
    return known[name]


def _descendants(model: type[GenerativeModule]) -> list[type[GenerativeModule]]:
    return [heir for child in model.__subclasses__() for heir in (child, *_descendants(child))]


def _shapes(model: type[GenerativeModule], layout: Layout, hyperparameters: dict[str, Any]) -> dict[str, Tensor]:
    """The weights of such a model, by shape and type only: they take no memory."""
    parameters = inspect.signature(model.__init__).parameters.values()
    known = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    unknown = sorted(set(hyperparameters) - set(known))
    if unknown:
        raise ValueError(f"{GENERATOR}: {model.__name__} has no hyper-parameter {short(unknown[0])}; it has {known}")
    check(model.__init__, hyperparameters, f"{GENERATOR}: {model.__name__}")
    try:
        with torch.device("meta"):
            return model(layout, **hyperparameters).state_dict()
    except (ValueError, RuntimeError, OverflowError) as error:
        raise ValueError(
            f"{GENERATOR}: {model.__name__} cannot be made with these hyper-parameters: {error}"
        ) from error


def _check_weights(expected: dict[str, Tensor], file: Path) -> None:
    """Checks names, shapes and types by the file's header alone. If 0 rows are expected, one or more are accepted."""
    with file.open("rb") as opened:
        size, header = file.stat().st_size, int.from_bytes(opened.read(8), "little")
    if not 2 <= header <= min(JSON_LIMIT, size - 8):
        raise ValueError(f"{WEIGHTS}: it is no file of safetensors: its header has {header:,} bytes")
    if 3 * size > available():
        raise ValueError(f"{WEIGHTS}: it has {size:,} bytes, and {available():,} bytes of memory are free")
    try:
        with safe_open(file, "pt") as weights:
            found = {name: weights.get_slice(name) for name in weights.keys()}  # noqa: SIM118
            shapes = {name: (tuple(part.get_shape()), part.get_dtype()) for name, part in found.items()}
    except (SafetensorError, RuntimeError, OverflowError) as error:
        raise ValueError(f"{WEIGHTS}: it is no file of safetensors: {error}") from error
    if shapes.keys() != expected.keys():
        name = min(shapes.keys() ^ expected.keys())
        raise ValueError(f"{WEIGHTS}: it has {'no' if name in expected else 'an unknown'} weight {short(name)} {BY}")
    for name, weight in expected.items():
        shape, kind = shapes[name]
        wanted = tuple(weight.shape)
        rows = wanted[:1] == (0,)
        if len(shape) != len(wanted) or shape[rows:] != wanted[rows:] or (rows and shape[0] < 1):
            raise ValueError(f"{WEIGHTS}: {name} has shape {shape}, and {wanted} {BY}")
        if kind not in TYPES.get(weight.dtype, FLOATS):
            raise ValueError(f"{WEIGHTS}: {name} has numbers of type {kind}, and should have {weight.dtype}")


def _check_values(weights: dict[str, Tensor], max_length: int) -> None:
    for name, weight in weights.items():
        if not torch.isfinite(weight).all():
            raise ValueError(f"{WEIGHTS}: {name} has a number that is not finite")
        if name.endswith("lengths") and not ((weight >= 1) & (weight <= max_length)).all():
            raise ValueError(f"{WEIGHTS}: {name} has a length that is not between 1 and {max_length}")
