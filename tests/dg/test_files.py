"""What is not a regular file of a fair size, or not JSON of the right shape, is one clear line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import with_config
from typing_extensions import TypedDict

from dg.files import STRICT, content, parse_json, read_json, regular


@with_config(STRICT)
class Card(TypedDict):
    name: str
    sizes: list[int]


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="pipe is a pipe, a socket or a device; name a regular file"):
        content(tmp_path / "pipe", 100)
    with pytest.raises(ValueError, match="is a folder; name a regular file"):
        regular(tmp_path)
    with pytest.raises(FileNotFoundError, match="nothing: no such file"):
        regular(tmp_path / "nothing")


def test_a_file_of_unfair_size_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"0" * 101)
    assert content(tmp_path / "large", 101) == b"0" * 101
    with pytest.raises(ValueError, match="large has 101 bytes, more than the 100 that such a file may have"):
        content(tmp_path / "large", 100)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"name": 1, "sizes": []}', "name: Input should be a valid string, got 1"),
        ('{"name": "a", "sizes": [1, "2"]}', "sizes.1: Input should be a valid integer, got '2'"),
        ('{"name": "a", "sizes": [1, true]}', "sizes.1: Input should be a valid integer, got True"),
        ('{"name": "a"}', "sizes: Field required"),
        ('{"name": "a", "sizes": [], "path": "x"}', "path: Extra inputs are not permitted, got 'x'"),
        ("[" * 100_000, "Invalid JSON: recursion limit exceeded"),
        ("{", "Invalid JSON"),
        (b"\xff\xfe", "Invalid JSON"),
    ],
)
def test_a_wrong_field_is_named(text: str | bytes, told: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_json(text, Card, "card.json")
    assert str(caught.value).startswith("card.json: ") and told in str(caught.value) and "\n" not in str(caught.value)


def test_what_is_right_is_read(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text('{"name": "a", "sizes": [3]}')
    assert read_json(tmp_path / "card.json", Card) == {"name": "a", "sizes": [3]}
