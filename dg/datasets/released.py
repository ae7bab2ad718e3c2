"""The format in which the paper's authors released their datasets: data_train.npz and a schema.

    data_feature        [n, t, k]  measurements, scaled to [0, 1] or [-1, 1], zero past the end of a series; a
                                   categorical one is one-hot and fills a column for each value
    data_gen_flag       [n, t]     1 while the series lasts, then 0
    data_attribute      [n, m]     metadata; a categorical field is one-hot
    data_feature_min, data_feature_max [k]  what was scaled to the ends of the range, where it is known

Their schema is a pair of pickled lists, of which only the plain values are read; ours is the `schema.json` of any
dataset, beside the same npz.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset, one_hot
from dg.datasets import packed
from dg.files import JSON_LIMIT, content, reading
from dg.schema import Categorical, Continuous, Field, Schema

LARGEST_SCHEMA = 100_000  # bytes; the authors' have some hundreds
WIDEST = 10**6  # columns of a field
NEEDED = ("data_feature", "data_gen_flag", "data_attribute")
KNOWN = (*NEEDED, *(f"data_{side}_{end}" for side in ("feature", "attribute") for end in ("min", "max")))
OPCODES = frozenset(
    """MARK STOP PROTO FRAME LIST EMPTY_LIST APPEND APPENDS TUPLE EMPTY_TUPLE TUPLE1 TUPLE2 TUPLE3 DICT EMPTY_DICT
    SETITEM SETITEMS NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 STRING SHORT_BINSTRING BINUNICODE
    SHORT_BINUNICODE PUT BINPUT LONG_BINPUT MEMOIZE GET BINGET LONG_BINGET GLOBAL REDUCE NEWOBJ BUILD""".split()  # noqa: SIM905
)

PLACES = ("PUT", "BINPUT", "LONG_BINPUT")  # an unpickler makes room for all places up to the one that is named


class Output(NamedTuple):
    """One field of the authors' schema: its width, "DISCRETE" or "CONTINUOUS", and the range it was scaled to."""

    width: int
    kind: str
    normalization: str | None


def read(folder: str | Path, schema: Schema | None = None) -> TimeSeriesDataset:
    """The dataset in `folder`, in its own units where the npz knows them.

    schema: names for what the authors' schema leaves without; None: `schema.json`, or else fields called "attribute 1"
        and "measurement 1", values "0", "1" and so on; what the authors call discrete is categorical

    Raises ValueError, with the file, the array and the sample, where the files are damaged or contradict each other.
    """
    folder = Path(folder)
    file = folder / "data_train.npz"
    arrays = _arrays(file)
    features, flags, attributes = (arrays[name] for name in NEEDED)
    if schema is None and (folder / "schema.json").exists():
        text = content(folder / "schema.json", JSON_LIMIT)
        with reading(folder / "schema.json", "write it with Schema.to_json"):
            schema = Schema.from_json(text.decode())
    outputs = None
    if (folder / "data_feature_output.pkl").exists():
        outputs = [read_schema(folder / f"data_{side}_output.pkl") for side in ("attribute", "feature")]
    schema = schema or _nameless(folder, outputs, features.shape, attributes.shape)
    k = [sum(_widths(schema.measurements)), *([sum(output.width for output in outputs[1])] if outputs else [])]
    if features.ndim != 3 or set(k) != {features.shape[2]} or not features.size:
        raise ValueError(
            f"{file}: data_feature has shape {features.shape}, the schema has {' or '.join(map(str, k))} measurements"
            f"{', one for each value of a categorical one' if k[0] > len(schema.measurements) else ''}; fetch both anew"
        )
    lengths = _lengths(file, flags, features.shape[:2])
    with reading(file, "correct the value, or the schema"), np.errstate(over="ignore", invalid="ignore"):
        measurements = _unscaled(file, features, arrays, outputs[1] if outputs else [])
        active = np.arange(features.shape[1]) < lengths[:, None]
        if any(isinstance(field, Categorical) for field in schema.measurements):
            measurements = _coded(file, measurements, active, schema)
        measurements *= active[:, :, None]
        metadata = _metadata(file, attributes, schema, len(features), arrays)
        return TimeSeriesDataset(schema, metadata, measurements.astype(np.float32), lengths)


def write(dataset: TimeSeriesDataset, folder: str | Path) -> None:
    """Writes data_train.npz and schema.json; `read` gives an equal dataset back.

    Fields are divided by the power of two above their largest absolute value, which costs no precision.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    features = _uncoded(dataset)
    low, high = _bounds(features.reshape(-1, features.shape[2]))
    columns: list[NDArray[np.float64]] = [np.empty((len(dataset), 0))]
    numbers = [field.name for field in dataset.schema.metadata if isinstance(field, Continuous)]
    attribute_low, attribute_high = _bounds(dataset.metadata[numbers].to_numpy(np.float64))
    for field in dataset.schema.metadata:
        if isinstance(field, Categorical):
            one_hot = np.zeros((len(dataset), len(field.values)))
            one_hot[np.arange(len(dataset)), dataset.metadata[field.name].cat.codes] = 1
            columns.append(one_hot)
        else:
            columns.append(dataset.metadata[[field.name]].to_numpy() / attribute_high[numbers.index(field.name)])
    arrays = {
        "data_feature": features / high,
        "data_gen_flag": dataset.active.astype(np.float64),
        "data_attribute": np.concatenate(columns, axis=1),
        "data_feature_min": low,
        "data_feature_max": high,
        "data_attribute_min": attribute_low,
        "data_attribute_max": attribute_high,
    }
    packed.save(folder / "data_train.npz", arrays)
    (folder / "schema.json").write_text(dataset.schema.to_json(), encoding="utf-8")


def read_schema(file: str | Path) -> list[Output]:
    """The fields of one of the authors' pickled lists; nothing in the file is executed or imported.

    Raises ValueError where it holds an opcode or a class that such a list does not need.
    """
    remedy = "put a schema.json in its place, as Schema.to_json writes it"
    pickled = content(file, LARGEST_SCHEMA)
    with reading(file, remedy, "is not a schema of the authors' release"):
        for opcode, argument, position in pickletools.genops(pickled):
            if opcode.name not in OPCODES:
                raise ValueError(f"opcode {opcode.name} at byte {position} does not belong into a schema")
            if opcode.name in PLACES and argument not in range(len(pickled)):
                raise ValueError(f"place {argument} at byte {position} would take up memory for nothing")
        fields = _PlainValues(io.BytesIO(pickled), encoding="ascii").load()
        return [_output(field) for field in fields]


class _Fields:
    """Stands in for an Output and takes any state from a pickle."""


def _reconstruct(kind: type, *_: Any) -> Any:
    if kind is not _Fields:
        raise ValueError("only an Output can be made")
    return _Fields()


def _member(value: str) -> str:
    return str(value)


CLASSES: dict[tuple[str, str], Callable[..., Any]] = {
    ("copy_reg", "_reconstructor"): _reconstruct,  # of Python 2
    ("__builtin__", "object"): object,
    ("output", "Output"): _Fields,
    ("output", "OutputType"): _member,
    ("output", "Normalization"): _member,
}


class _PlainValues(pickle.Unpickler):
    """Has its own stand-ins for the few classes of a schema, and no other."""

    def find_class(self, module: str, name: str) -> Any:
        module = module.removeprefix("gan.")
        if (module, name) not in CLASSES:
            raise ValueError(f"class {module}.{name} does not belong into a schema")
        return CLASSES[module, name]


def _output(field: Any) -> Output:
    values = vars(field)
    width, kind, normalization = values["dim"], values["type_"], values["normalization"]
    if type(width) is not int or not 1 <= width <= WIDEST or kind not in ("DISCRETE", "CONTINUOUS"):
        raise ValueError(f"a field has width {width!r} and type {kind!r}")
    if normalization not in (None, "ZERO_ONE", "MINUSONE_ONE"):
        raise ValueError(f"a field has normalization {normalization!r}")
    return Output(width, kind, normalization)


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    arrays = packed.arrays(file, KNOWN)
    missing = set(NEEDED) - set(arrays)
    if missing:
        held = ", ".join(sorted(packed.in_archive(file)))[:300]
        raise ValueError(f"{file} has no {', '.join(sorted(missing))}; it has {held}; fetch it anew")
    return arrays


def _nameless(
    folder: Path, outputs: list[list[Output]] | None, features: tuple[int, ...], attributes: tuple[int, ...]
) -> Schema:
    """A schema of fields and values without names; `features` and `attributes` are the shapes of the arrays."""
    if outputs is None:
        raise ValueError(
            f"{folder} has no schema: neither schema.json nor data_feature_output.pkl; put one of them there"
        )
    for side, shape, fields in zip(("attribute", "feature"), (attributes, features), outputs, strict=True):
        width = sum(output.width for output in fields)
        if not shape or shape[-1] != width or len(shape) != (2 if side == "attribute" else 3):
            raise ValueError(
                f"{folder / 'data_train.npz'}: data_{side} has shape {shape}, the schema has {width} "
                f"{'columns' if side == 'attribute' else 'measurements'}; fetch both anew"
            )
    metadata: list[Field] = []
    for number, output in enumerate(outputs[0], start=1):
        if output.kind == "DISCRETE":
            metadata.append(Categorical(f"attribute {number}", tuple(map(str, range(output.width)))))
        else:
            metadata += [Continuous(f"attribute {number}.{part}") for part in range(1, output.width + 1)]
    measurements: list[Field] = []
    for output in outputs[1]:
        if output.kind == "DISCRETE":
            values = tuple(map(str, range(output.width)))
            measurements.append(Categorical(f"measurement {len(measurements) + 1}", values))
        else:
            numbers = range(len(measurements) + 1, len(measurements) + 1 + output.width)
            measurements += [Continuous(f"measurement {number}") for number in numbers]
    return Schema("released", tuple(metadata), tuple(measurements), max(1, features[1]))


def _lengths(file: Path, flags: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.int64]:
    if flags.shape != shape:
        raise ValueError(f"{file}: data_gen_flag has shape {flags.shape}, data_feature {shape}; fetch it anew")
    wrong = ~np.isin(flags, (0, 1)).all(axis=1) | (np.diff(flags, axis=1) > 0).any(axis=1) | (flags[:, 0] != 1)
    if wrong.any():
        raise ValueError(
            f"{file}: data_gen_flag of sample {int(wrong.argmax())} must be 1 from the first record to the last, then "
            "0; correct it"
        )
    return flags.sum(axis=1).astype(np.int64)


def _unscaled(
    file: Path, features: NDArray[Any], arrays: dict[str, NDArray[Any]], outputs: list[Output]
) -> NDArray[np.float64]:
    """The measurements in their own units if minima and maxima are there, otherwise unchanged."""
    features = features.astype(np.float64)  # a copy, which the caller may change
    if not np.isfinite(features).all():
        sample, step, column = (int(i) for i in np.argwhere(~np.isfinite(features))[0])
        raise ValueError(
            f"{file}: data_feature of sample {sample} at step {step}, column {column} is not finite; correct the value"
        )
    if "data_feature_min" not in arrays or "data_feature_max" not in arrays:
        return features
    low, high = (arrays[f"data_feature_{end}"].astype(np.float64) for end in ("min", "max"))
    if (
        low.shape != features.shape[2:]
        or high.shape != low.shape
        or not (low < high).all()
        or not np.isfinite(high - low).all()
    ):
        raise ValueError(
            f"{file}: data_feature_min {low} and data_feature_max {high} are not the ends of any range; correct them, "
            "one number a measurement"
        )
    signed = low == -high  # scaled to [-1, 1]
    if outputs:
        signed = np.repeat([output.normalization == "MINUSONE_ONE" for output in outputs], [o.width for o in outputs])
    wrong = (features > 1 + 1e-6) | (features < np.where(signed, -1, 0) - 1e-6)
    if wrong.any():
        sample, step, column = (int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"{file}: data_feature of sample {sample} at step {step}, column {column} is "
            f"{features[sample, step, column]}, outside the range that data_feature_min and data_feature_max scale "
            "back; correct the value or the range"
        )
    return np.where(signed, features * ((high - low) / 2) + (high + low) / 2, features * (high - low) + low)


def _metadata(
    file: Path, attributes: NDArray[Any], schema: Schema, n: int, arrays: dict[str, NDArray[Any]]
) -> pd.DataFrame:
    widths = _widths(schema.metadata)
    if attributes.shape != (n, sum(widths)):
        raise ValueError(
            f"{file}: data_attribute has shape {attributes.shape}, the schema's fields take {widths} columns "
            f"of {n} rows; fetch both anew"
        )
    numbers = [field.name for field in schema.metadata if isinstance(field, Continuous)]
    scales = arrays.get("data_attribute_max", np.ones(len(numbers)))
    if scales.shape != (len(numbers),):
        raise ValueError(
            f"{file}: data_attribute_max has shape {scales.shape}, not one number for each of {numbers}; correct it"
        )
    scale = dict(zip(numbers, scales, strict=True))
    columns: dict[str, Any] = {}
    for field, width, end in zip(schema.metadata, widths, np.cumsum(widths), strict=True):
        block = attributes[:, end - width : end]
        if isinstance(field, Categorical):
            wrong = ~np.isin(block, (0, 1)).all(axis=1) | (block.sum(axis=1) != 1)
            if wrong.any():
                sample = int(wrong.argmax())
                raise ValueError(
                    f"{file}: {field.name!r} of sample {sample} is not one-hot in data_attribute; set one column to 1"
                )
            columns[field.name] = pd.Categorical.from_codes(block.argmax(axis=1), categories=list(field.values))
        else:
            columns[field.name] = block[:, 0].astype(np.float64) * scale[field.name]
    return pd.DataFrame(columns, index=range(n))


def _coded(file: Path, columns: NDArray[np.float64], active: NDArray[np.bool_], schema: Schema) -> NDArray[np.float64]:
    """The measurements [n, t, k]: for a categorical one its code, of columns that are one-hot in every record."""
    widths = _widths(schema.measurements)
    measurements = np.empty((*active.shape, len(widths)))
    for number, (field, width, end) in enumerate(zip(schema.measurements, widths, np.cumsum(widths), strict=True)):
        block = columns[:, :, end - width : end]
        if isinstance(field, Categorical):
            wrong = active & (~np.isin(block, (0, 1)).all(axis=2) | (block.sum(axis=2) != 1))
            if wrong.any():
                sample, step = (int(i) for i in np.argwhere(wrong)[0])
                raise ValueError(
                    f"{file}: {field.name!r} of sample {sample} at step {step} is not one-hot in data_feature; set one "
                    "column to 1"
                )
            measurements[:, :, number] = block.argmax(axis=2)
        else:
            measurements[:, :, number] = block[:, :, 0]
    return measurements


def _uncoded(dataset: TimeSeriesDataset) -> NDArray[np.float64]:
    """What `_coded` undoes."""
    fields, series, active = dataset.schema.measurements, dataset.measurements, dataset.active
    parts = [
        one_hot(series[:, :, number], active, len(field.values))
        if isinstance(field, Categorical)
        else series[:, :, [number]]
        for number, field in enumerate(fields)
    ]
    return np.concatenate(parts, axis=2, dtype=np.float64)


def _widths(fields: Sequence[Field]) -> list[int]:
    """How many columns each field takes."""
    return [len(field.values) if isinstance(field, Categorical) else 1 for field in fields]


def _bounds(columns: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each column, the power of two above its largest absolute value, and its negative, or 0 if none is negative."""
    largest = np.abs(columns).max(axis=0, initial=0)
    high = np.exp2(np.ceil(np.log2(np.where(largest > 0, largest, 1))))
    return np.where(columns.min(axis=0, initial=0) < 0, -high, 0.0), high
