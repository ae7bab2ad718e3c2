"""Your own table: its rows become samples. The way back is `TimeSeriesDataset.to_long` and `to_wide`."""

from dg.frames.like import first_rows, read_like
from dg.frames.long import read_long
from dg.frames.metadata import read_metadata
from dg.frames.wide import read_wide

__all__ = ["first_rows", "read_like", "read_long", "read_metadata", "read_wide"]
