"""A dataset D = {O¹, …, Oⁿ} of samples O = (A, R) in physical units (§3.1), real or generated alike."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.parquet import ParquetFile

from dg.files import JSON_LIMIT, content, regular, short
from dg.memory import available
from dg.schema import Categorical, Field, Schema
from dg.tabular import Samples, long_table, wide_table
from dg.violations import refuse_violations

MEASUREMENTS = "measurements.npy"
AT_ONCE = 2**22  # measurements that are looked at together: some more megabytes are all that a check takes


class UnknownField(KeyError, ValueError):
    """A dataset is asked for a field that it has not; a command ends with these words, as with any wrong value."""

    def __str__(self) -> str:
        """The message without the quotes of a KeyError."""
        return str(self.args[0])


@dataclass(frozen=True, eq=False)
class TimeSeriesDataset:
    """n samples of metadata and of records, checked once when they are made.

    metadata: n rows, one column a metadata field of the schema
    measurements: float32 [n, t, k] in the units of the schema, zero past each sample's length. A categorical
        measurement is there as its code: 0 for the first of the field's values, 1 for the second and so on. Those of a
        dataset that was loaded are memory-mapped: `mapped` is then true, and what is not looked at stays in its file
    lengths: int64 [n], between 1 and t = schema.max_length
    """

    schema: Schema
    metadata: pd.DataFrame
    measurements: NDArray[np.float32]
    lengths: NDArray[np.int64]

    def __post_init__(self) -> None:
        measurements = self.measurements
        if not (self.mapped and measurements.dtype == np.float32):
            measurements = np.asarray(measurements, dtype=np.float32)
        object.__setattr__(self, "measurements", measurements)
        object.__setattr__(self, "lengths", _whole(self.schema, np.asarray(self.lengths)))
        _check_shapes(self)
        object.__setattr__(self, "metadata", checked_metadata(self.schema, self.metadata))
        for rows in self.parts():
            _check_part(self, rows)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def mapped(self) -> bool:
        """Whether the measurements lie in a file, of which memory holds what is looked at."""
        return isinstance(self.measurements, np.memmap)

    def parts(self) -> Iterator[slice]:
        """All samples one after the other, so many at a time that memory holds them."""
        step = max(1, AT_ONCE // max(1, math.prod(self.measurements.shape[1:])))
        return (slice(start, min(start + step, len(self))) for start in range(0, len(self), step))

    @property
    def active(self) -> NDArray[np.bool_]:
        """bool [n, t]: true where a sample has a record, false in the padding."""
        return np.arange(self.schema.max_length) < self.lengths[:, None]

    def measurement(self, name: str) -> NDArray[np.float32]:
        """The series [n, t] of the measurement called `name`; the codes of its values if it is categorical."""
        names = [field.name for field in self.schema.measurements]
        if name not in names:
            raise UnknownField(f"{self.schema.name} has no measurement {name!r}; it has {names}")
        return self.measurements[:, :, names.index(name)]

    def extremes(self, name: str) -> tuple[float, float]:
        """The lowest and the highest value of a numeric field, among all samples or all of their records."""
        if name in self.metadata.columns:
            return float(self.metadata[name].min()), float(self.metadata[name].max())
        series, steps = self.measurement(name), np.arange(self.schema.max_length)
        low, high = np.inf, -np.inf
        for rows in self.parts():
            values = series[rows][steps < self.lengths[rows, None]]
            low, high = min(low, values.min()), max(high, values.max())
        return float(low), float(high)

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
            raise UnknownField(
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

    def beside(self, generated: TimeSeriesDataset) -> TimeSeriesDataset:
        """Real samples as they can be compared with generated ones: without metadata, where these have none."""
        return self if generated.schema.metadata else self.without_metadata()

    def only_numeric(self) -> TimeSeriesDataset:
        """The same samples without their categorical measurements, for metrics that compute with numbers."""
        fields = self.schema.measurements
        numeric = [column for column, field in enumerate(fields) if not isinstance(field, Categorical)]
        schema = replace(self.schema, measurements=tuple(fields[column] for column in numeric))
        return replace(self, schema=schema, measurements=self.measurements[:, :, numeric])

    def to_long(self, *, first_sample: int = 0, seed: int = 0) -> pd.DataFrame:
        """The samples as a table, a row a record, with the columns, types and order of the table that was read.

        Where none was read they are `sample`, `record`, the metadata and the measurements. Samples have numbers for
        names, from `first_sample` on, as text where names were text.
        seed: of the values that pooled rare categories get back
        """
        return long_table(self._samples, first_sample=first_sample, seed=seed)

    def to_wide(self, *, first_sample: int = 0, seed: int = 0) -> pd.DataFrame:
        """The same, a row a sample and a column a step."""
        return wide_table(self._samples, first_sample=first_sample, seed=seed)

    def to_table(self, *, first_sample: int = 0, seed: int = 0) -> pd.DataFrame:
        """Wide where the table that was read was, else long."""
        wide = self.schema.table is not None and self.schema.table.wide
        return (self.to_wide if wide else self.to_long)(first_sample=first_sample, seed=seed)

    @property
    def _samples(self) -> Samples:
        return Samples(self.schema, self.metadata, self.measurements, self.lengths)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the content: equal datasets have equal fingerprints (provenance)."""
        digest = hashlib.sha256(self.schema.to_json().encode())
        for rows in self.parts():
            digest.update(np.ascontiguousarray(self.measurements[rows]).data)
        digest.update(self.lengths.tobytes())
        digest.update(self.metadata.astype(str).to_csv(index=False).encode())
        return digest.hexdigest()[:16]

    def save(self, folder: str | Path) -> None:
        """Writes schema.json, metadata.parquet, measurements.npy and lengths.npy into `folder`."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        save_all_but_measurements(folder, self.schema, self.metadata, self.lengths)
        np.save(folder / MEASUREMENTS, self.measurements, allow_pickle=False)

    @classmethod
    def load(cls, folder: str | Path) -> TimeSeriesDataset:
        """Reads what `save` wrote; the measurements are memory-mapped, nothing is unpickled.

        Raises ValueError, which names the folder and the file, if `save` did not write them.
        """
        folder = Path(folder)
        try:
            schema = Schema.from_json(content(folder / "schema.json", JSON_LIMIT), "schema.json")
            measurements = _array(folder / MEASUREMENTS, "iuf", 3)
            lengths = np.array(_array(folder / "lengths.npy", "iu", 1))
            metadata = _table(folder / "metadata.parquet", schema, len(lengths))
            return cls(schema, metadata, measurements, lengths)
        except (OSError, ValueError, MemoryError) as error:
            raise ValueError(f"{folder} does not hold a whole dataset: {error}") from error


def save_all_but_measurements(folder: Path, schema: Schema, metadata: pd.DataFrame, lengths: NDArray[np.int64]) -> None:
    """What `TimeSeriesDataset.save` writes beside the measurements."""
    (folder / "schema.json").write_text(schema.to_json(), encoding="utf-8")
    metadata.to_parquet(folder / "metadata.parquet", index=False)
    np.save(folder / "lengths.npy", lengths, allow_pickle=False)


def one_hot(codes: NDArray[np.float32], active: NDArray[np.bool_], values: int) -> NDArray[np.float32]:
    """Columns [n, t, values] for codes [n, t], with a 1 in the column of a record's code, and 0 past the length."""
    columns = np.zeros((*codes.shape, values), dtype=np.float32)
    sample, step = active.nonzero()
    columns[sample, step, codes[sample, step].astype(np.int64)] = 1.0
    return columns


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


def _array(file: Path, kinds: str, dimensions: int) -> NDArray:
    """The array in an .npy file, memory-mapped; its header is compared with the file before anything is read."""
    with regular(file).open("rb") as opened:
        try:
            version = np.lib.format.read_magic(opened)
            shape, fortran, dtype = NPY[version](opened)
        except Exception as error:
            raise ValueError(f"{file.name}: it is not an .npy file that np.save wrote: {error!r}") from error
        start, size = opened.tell(), opened.seek(0, os.SEEK_END)
    if dtype.kind not in kinds or len(shape) != dimensions:
        raise ValueError(
            f"{file.name}: it has {len(shape)} dimensions of {dtype}, and should have {dimensions} of numbers"
        )
    if min(shape) < 0 or math.prod(shape) * dtype.itemsize != size - start:
        raise ValueError(
            f"{file.name}: it has {size - start:,} bytes after its header, which speaks of {shape} {dtype}"
        )
    if not math.prod(shape):
        return np.empty(shape, dtype)
    return np.memmap(file, dtype, "r", start, shape, "F" if fortran else "C")


NPY = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def _table(file: Path, schema: Schema, n: int) -> pd.DataFrame:
    """n rows of metadata; a parquet file's own description is compared with the schema before its rows are read."""
    names = [field.name for field in schema.metadata]
    try:
        with ParquetFile(regular(file)) as parquet:
            described, columns = parquet.metadata, parquet.schema_arrow
            if sorted(columns.names) != sorted(names):
                raise ValueError(f"its columns are {short(columns.names)}, the schema has {short(names)}")
            if not names:  # a parquet file without columns has no rows
                return pd.DataFrame(index=range(n))
            groups = [described.row_group(group) for group in range(described.num_row_groups)]
            if {described.num_rows, sum(group.num_rows for group in groups)} != {n}:
                raise ValueError(f"it has {described.num_rows} rows, and lengths.npy has {n}")
            if (size := sum(group.total_byte_size for group in groups)) > available() // 4:
                raise ValueError(f"its rows have {size:,} bytes, and {available():,} bytes of memory are free")
            for field in schema.metadata:
                _check_type(field, columns.field(field.name).type)
            return parquet.read(use_threads=False).to_pandas(ignore_metadata=True)
    except FileNotFoundError:
        raise
    except Exception as error:  # pyarrow raises many kinds
        raise ValueError(f"{file.name}: {error}") from error


def _check_type(field: Field, found: pa.DataType) -> None:
    if isinstance(field, Categorical):
        text = found.value_type if pa.types.is_dictionary(found) else found
        right = pa.types.is_string(text) or pa.types.is_large_string(text)
    else:
        right = pa.types.is_integer(found) or pa.types.is_floating(found)
    if not right:
        raise ValueError(
            f"{field.name!r} is {found}, and should be {'text' if isinstance(field, Categorical) else 'numbers'}"
        )


def _whole(schema: Schema, lengths: NDArray) -> NDArray[np.int64]:
    if lengths.dtype.kind in "iu":
        return lengths.astype(np.int64, copy=False)
    whole = lengths.astype(np.int64)
    if (whole != lengths).any():
        sample = int((whole != lengths).argmax())
        raise ValueError(f"{schema.name}: sample {sample} has length {lengths[sample]}, which is not a whole number")
    return whole


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


def checked_metadata(schema: Schema, metadata: pd.DataFrame) -> pd.DataFrame:
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
            remedy = f"is not one of {short(list(field.values))}"
        else:
            typed = pd.to_numeric(column, errors="coerce").astype(np.float64)
            wrong = ~np.isfinite(typed.to_numpy())
            remedy = "is not a finite number"
        if wrong.any():
            sample = int(wrong.argmax())
            raise ValueError(f"{schema.name}: {field.name!r} of sample {sample} is {column[sample]!r}, which {remedy}")
        columns[field.name] = typed
    return pd.DataFrame(columns, index=pd.RangeIndex(len(metadata)))


def _check_part(dataset: TimeSeriesDataset, rows: slice) -> None:
    """That some samples keep the constraints of the schema, that codes are those of values, and the padding is zero."""
    schema, lengths, measurements = dataset.schema, dataset.lengths[rows], dataset.measurements[rows]

    def place(field: str, sample: int, step: int | None) -> str:
        at = "" if step is None else f" at step {step}"
        return f"{schema.name}: {field!r} of sample {rows.start + sample}{at}"

    def refuse(column: int, wrong: NDArray[np.bool_], remedy: str) -> None:
        if wrong.any():
            sample, step = (int(i) for i in np.argwhere(wrong)[0])
            value = measurements[sample, step, column]
            raise ValueError(f"{place(schema.measurements[column].name, sample, step)} is {value}, which {remedy}")

    refuse_violations(schema, dataset.metadata.iloc[rows], measurements, lengths, place)
    active = np.arange(schema.max_length) < lengths[:, None]
    for column, field in enumerate(schema.measurements):
        series = measurements[:, :, column]
        if isinstance(field, Categorical):
            last = len(field.values) - 1
            wrong = ~((series >= 0) & (series <= last)) | (series != np.rint(series))
            refuse(column, wrong, f"is not the code of a value, a whole number from 0 to {last}")
        refuse(column, ~active & (series != 0), "lies past the sample's length, so it must be 0")
