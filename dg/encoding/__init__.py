"""Between a TimeSeriesDataset and tensors: Encoder, Layout, Encoded."""

from dg.encoding.encoder import Encoder
from dg.encoding.layout import Block, Encoded, Layout, columns, width

__all__ = ["Block", "Encoded", "Encoder", "Layout", "columns", "width"]
