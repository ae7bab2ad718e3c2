"""A dataset D = {O¹, …, Oⁿ} of samples O = (A, R) in physical units (§3.1), real or generated alike."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.schema import Categorical, Schema


@dataclass(frozen=True, eq=False)
class TimeSeriesDataset:
    """n samples of metadata and of records, checked once when they are made.

    metadata: n rows, one column a metadata field of the schema
    measurements: float32 [n, t, k] in the units of the schema, zero past each sample's length
    lengths: int64 [n], between 1 and t = schema.max_length
    """

    schema: Schema
    metadata: pd.DataFrame
    measurements: NDArray[np.float32]
    lengths: NDArray[np.int64]

    def __post_init__(self) -> None:
        measurements = np.asarray(self.measurements, dtype=np.float32)
        object.__setattr__(self, "measurements", measurements)
        object.__setattr__(self, "lengths", np.asarray(self.lengths, dtype=np.int64))
        _check_shapes(self)
        object.__setattr__(self, "metadata", _checked_metadata(self.schema, self.metadata))
        _check_measurements(self)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def active(self) -> NDArray[np.bool_]:
        """bool [n, t]: true where a sample has a record, false in the padding."""
        return np.arange(self.schema.max_length) < self.lengths[:, None]

    def measurement(self, name: str) -> NDArray[np.float32]:
        """The series [n, t] of the measurement called `name`."""
        names = [field.name for field in self.schema.measurements]
        if name not in names:
            raise KeyError(f"{self.schema.name} has no measurement {name!r}; it has {names}")
        return self.measurements[:, :, names.index(name)]

    def take(self, index: NDArray[np.integer] | NDArray[np.bool_] | slice) -> TimeSeriesDataset:
        """The samples at `index`, in its order."""
        return replace(
            self,
            metadata=self.metadata.iloc[index],
            measurements=self.measurements[index],
            lengths=self.lengths[index],
        )

    def where(self, **values: str | float) -> TimeSeriesDataset:
        """The samples whose metadata equal `values`, e.g. `where(technology="DSL")`."""
        unknown = set(values) - set(self.metadata.columns)
        if unknown:
            raise KeyError(
                f"{self.schema.name} has no metadata {sorted(unknown)}; it has {list(self.metadata.columns)}"
            )
        chosen = np.ones(len(self), dtype=bool)
        for name, value in values.items():
            chosen &= (self.metadata[name] == value).to_numpy()
        return self.take(np.flatnonzero(chosen))

    def split(self, *fractions: float, seed: int) -> tuple[TimeSeriesDataset, ...]:
        """Disjoint random parts, e.g. A and A′ of Figure 12 by `split(.5, .5, seed=0)`."""
        if not fractions or min(fractions) <= 0 or sum(fractions) > 1 + 1e-9:
            raise ValueError(f"fractions must be positive and sum to at most 1, got {fractions}")
        order = np.random.default_rng(seed).permutation(len(self))
        bounds = np.round(np.cumsum((0.0, *fractions)) * len(self)).astype(int)
        return tuple(self.take(order[low:high]) for low, high in pairwise(bounds))

    def without_metadata(self) -> TimeSeriesDataset:
        """The same records with no metadata, for models that cannot generate any."""
        return replace(self, schema=replace(self.schema, metadata=()), metadata=self.metadata[[]])

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the content: equal datasets have equal fingerprints (provenance)."""
        digest = hashlib.sha256(self.schema.to_json().encode())
        digest.update(np.ascontiguousarray(self.measurements).tobytes())
        digest.update(self.lengths.tobytes())
        digest.update(self.metadata.astype(str).to_csv(index=False).encode())
        return digest.hexdigest()[:16]

    def save(self, folder: str | Path) -> None:
        """Writes schema.json, metadata.parquet, measurements.npy and lengths.npy into `folder`."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "schema.json").write_text(self.schema.to_json(), encoding="utf-8")
        self.metadata.to_parquet(folder / "metadata.parquet", index=False)
        np.save(folder / "measurements.npy", self.measurements, allow_pickle=False)
        np.save(folder / "lengths.npy", self.lengths, allow_pickle=False)

    @classmethod
    def load(cls, folder: str | Path) -> TimeSeriesDataset:
        """Reads what `save` wrote; the measurements are memory-mapped, nothing is unpickled."""
        folder = Path(folder)
        try:
            schema = Schema.from_json((folder / "schema.json").read_text(encoding="utf-8"))
            metadata = pd.read_parquet(folder / "metadata.parquet")
            measurements = np.load(folder / "measurements.npy", mmap_mode="r", allow_pickle=False)
            lengths = np.load(folder / "lengths.npy", allow_pickle=False)
            if not schema.metadata:  # a parquet file without columns has no rows
                metadata = pd.DataFrame(index=range(len(lengths)))
            return cls(schema, metadata, measurements, lengths)
        except (OSError, EOFError, ValueError) as error:
            raise ValueError(f"{folder} does not hold a whole dataset: {error}") from error


def concatenate(parts: Sequence[TimeSeriesDataset]) -> TimeSeriesDataset:
    """The samples of all `parts`, which share one schema, one after the other."""
    first = parts[0]
    if any(part.schema != first.schema for part in parts):
        raise ValueError("only datasets of one schema can be concatenated")
    return TimeSeriesDataset(
        schema=first.schema,
        metadata=pd.concat([part.metadata for part in parts], ignore_index=True),
        measurements=np.concatenate([part.measurements for part in parts]),
        lengths=np.concatenate([part.lengths for part in parts]),
    )


def _check_shapes(dataset: TimeSeriesDataset) -> None:
    schema = dataset.schema
    n = len(dataset.metadata)
    expected = (n, schema.max_length, len(schema.measurements))
    if dataset.measurements.shape != expected:
        raise ValueError(
            f"{schema.name}: measurements have shape {dataset.measurements.shape}, "
            f"expected [n, t, k] = {expected} from the metadata's rows and the schema"
        )
    if dataset.lengths.shape != (n,):
        raise ValueError(f"{schema.name}: lengths have shape {dataset.lengths.shape}, expected ({n},)")
    wrong = (dataset.lengths < 1) | (dataset.lengths > schema.max_length)
    if wrong.any():
        sample = int(wrong.argmax())
        raise ValueError(
            f"{schema.name}: sample {sample} has length {dataset.lengths[sample]}, "
            f"which is not between 1 and {schema.max_length}"
        )


def _checked_metadata(schema: Schema, metadata: pd.DataFrame) -> pd.DataFrame:
    """The metadata in the schema's order and types; a ValueError names the field and the sample."""
    names = [field.name for field in schema.metadata]
    if sorted(metadata.columns) != sorted(names):
        raise ValueError(f"{schema.name}: metadata columns are {list(metadata.columns)}, the schema has {names}")
    columns: dict[str, pd.Series] = {}
    for field in schema.metadata:
        column = metadata[field.name].reset_index(drop=True)
        if isinstance(field, Categorical):
            typed = column.astype(pd.CategoricalDtype(list(field.values)))
            wrong = typed.isna().to_numpy()
            remedy = f"is not one of {list(field.values)}"
        else:
            typed = pd.to_numeric(column, errors="coerce").astype(np.float64)
            wrong = ~np.isfinite(typed.to_numpy())
            remedy = "is not a finite number"
        if wrong.any():
            sample = int(wrong.argmax())
            raise ValueError(f"{schema.name}: {field.name!r} of sample {sample} is {column[sample]!r}, which {remedy}")
        columns[field.name] = typed
    return pd.DataFrame(columns, index=pd.RangeIndex(len(metadata)))


def _check_measurements(dataset: TimeSeriesDataset) -> None:
    fields = dataset.schema.measurements
    for column, field in enumerate(fields):
        series = dataset.measurements[:, :, column]
        low = -np.inf if field.low is None else field.low
        high = np.inf if field.high is None else field.high
        wrong = ~np.isfinite(series) | (dataset.active & ((series < low) | (series > high)))
        _refuse(dataset, field.name, wrong, f"is not a finite number between {low} and {high}")
        _refuse(dataset, field.name, ~dataset.active & (series != 0), "lies past the sample's length, so it must be 0")


def _refuse(dataset: TimeSeriesDataset, field: str, wrong: NDArray[np.bool_], remedy: str) -> None:
    if wrong.any():
        sample, step = (int(i) for i in np.argwhere(wrong)[0])
        value = dataset.measurement(field)[sample, step]
        raise ValueError(
            f"{dataset.schema.name}: {field!r} of sample {sample} at step {step} is {value}, which {remedy}"
        )
