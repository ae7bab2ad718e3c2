"""Small Parquet files one after the other as a single one, a row group each: what they hold is copied as it is."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from fastparquet.cencoding import ThriftObject, from_buffer

MAGIC = b"PAR1"
SIZE = 4  # bytes of the footer's size, which stands between a footer and the last MAGIC


def encoded(table: pa.Table) -> bytes:
    """A table as a Parquet file of a single row group.

    Whole numbers as differences, text by a dictionary and without its least and greatest: less time and space.
    """
    whole = {field.name: "DELTA_BINARY_PACKED" for field in table.schema if pa.types.is_integer(field.type)}
    numeric = {field.name for field in table.schema if pa.types.is_floating(field.type)} | whole.keys()
    file = io.BytesIO()
    pq.write_table(
        table,
        file,
        row_group_size=max(1, len(table)),
        use_dictionary=[name for name in table.schema.names if name not in numeric],
        column_encoding=whole or None,
        write_statistics=[field.name for field in table.schema if not is_text(field.type)],
    )
    return file.getvalue()


class RowGroups:
    """Copies the row groups of one `encoded` table after the other to a file, and then writes what says where they are.

    A table whose types are others than the first one's (none of its values is there, say) is encoded again.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._groups = file, list[ThriftObject]()
        self._footer: ThriftObject | None = None
        self._schema: pa.Schema | None = None
        file.write(MAGIC)

    def write(self, part: bytes) -> None:
        """Appends the rows of an encoded table. Raises ValueError where they cannot have the first one's types."""
        schema = pq.read_schema(pa.BufferReader(part))
        self._schema = self._schema or schema
        if not schema.equals(self._schema):
            part = encoded(pq.read_table(pa.BufferReader(part)).cast(self._schema))
        end, footer = _footer(part)
        shift = self._file.tell() - len(MAGIC)
        self._file.write(memoryview(part)[len(MAGIC) : end])
        for group in footer.row_groups:
            _move(group, shift, place=len(self._groups))
            self._groups.append(group)
        if self._footer is None:
            self._footer = footer
        else:
            self._footer.num_rows += footer.num_rows

    def close(self) -> None:
        """Writes the footer; without a part there is nothing to describe."""
        if self._footer is not None:
            self._footer.row_groups = self._groups
            footer = bytes(self._footer.to_bytes())
            self._file.write(footer + len(footer).to_bytes(SIZE, "little") + MAGIC)


def is_text(kind: pa.DataType) -> bool:
    """Whether values of this type are text, also by a dictionary."""
    text = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_string(text) or pa.types.is_large_string(text)


def _footer(part: bytes) -> tuple[int, Any]:
    """Where the footer of a Parquet file begins, and what it says."""
    end = len(part) - len(MAGIC) - SIZE
    begin = end - int.from_bytes(part[end : end + SIZE], "little")
    return begin, from_buffer(part[begin:end], "FileMetaData")


def _move(group: Any, shift: int, place: int) -> None:
    """Makes a row group's description that of the same one, `shift` bytes later, as the file's `place`-th."""
    group.ordinal = place
    group.file_offset = group.file_offset and group.file_offset + shift
    for column in group.columns:
        chunk = column.meta_data
        chunk.data_page_offset += shift
        if chunk.dictionary_page_offset is not None:
            chunk.dictionary_page_offset += shift
