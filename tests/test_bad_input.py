"""What a table, schema, condition or model file may have wrong: one clear error each, before any training."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

ROOMS = sorted(file.stem for file in (Path(__file__).parent / "bad_input").glob("[a-z]*.py"))
CASES = {
    f"{room}: {name}": case for room in ROOMS for name, case in import_module(f"tests.bad_input.{room}").CASES.items()
}


@pytest.mark.parametrize(("wrong", "words"), CASES.values(), ids=CASES)
def test_an_error_names_the_place_and_the_remedy(tmp_path: Path, wrong: Callable[[Path], object], words: str):
    """`wrong` is given an empty folder; `words` are a pattern of the whole message, which takes one line."""
    with pytest.raises((ValueError, OSError), match=words) as caught:
        wrong(tmp_path)
    assert "\n" not in str(caught.value)
