"""What is not a regular file of a fair size, or not JSON of the right shape, is one clear line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import with_config
from typing_extensions import TypedDict

from dg.files import STRICT, alias, content, parse_json, read_json, reading, regular, said, sha256


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


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError("deep\n\ndown"), MemoryError(), OSError("no header")])
def test_a_librarys_error_names_the_file_on_one_line(error: Exception) -> None:
    with pytest.raises(ValueError) as caught, reading("a.csv", "save it anew"):
        raise error
    assert str(caught.value) == f"a.csv: cannot be read ({said(error)}); save it anew"
    assert caught.value.__cause__ is error and "\n" not in str(caught.value)


def test_an_error_that_names_the_file_passes_and_so_does_an_interruption(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), reading("a.csv"):
        (tmp_path / "nothing").read_bytes()
    with pytest.raises(ValueError, match=r"^a.csv: is wrong$"), reading("a.csv"):
        raise ValueError("a.csv: is wrong")
    with pytest.raises(KeyboardInterrupt), reading("a.csv"):
        raise KeyboardInterrupt


def test_what_an_error_says_is_bounded() -> None:
    assert said(ValueError("x" * 1000)) == "x" * 299 + "…" and said(KeyError()) == "KeyError"


def test_an_alias_is_the_file_while_it_lasts(tmp_path: Path) -> None:
    file = tmp_path / "what? [a]*\n'"
    file.write_text("x")
    with alias(file) as other:
        assert other.read_text() == "x" and not set("[]*?'\n") & set(str(other))
    assert not other.parent.exists() and file.read_text() == "x"


def test_the_hash_is_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256(tmp_path / "x").startswith("ba7816bf8f01cfea")
