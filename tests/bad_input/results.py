"""Folders of results that a report cannot be made of: damaged, of another program, or of no artifact."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from experiments.pages import committed, readme

BARE = {"artifact": "table3", "revision": "r", "runs": []}
RUN = {
    "id": "a",
    "model": "ar",
    "seed": 0,
    "scale": "small",
    "data": {"origin": "x", "sha256": None, "fingerprint": "f", "samples": 9},
    "revision": "r",
    "versions": {},
    "device": "d",
    "threads": 1,
    "seconds": 1.0,
}
VERDICT = {"claim": "c", "outcome": "holds", "reason": "r"}


def having(name: str, content: bytes | str) -> Callable[[Path], object]:
    """Table 3 with one file like this."""

    def wrong(folder: Path) -> object:
        (folder / "mine").mkdir()
        (folder / "mine" / "table3.json").write_text(json.dumps(BARE))
        (folder / "mine" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return committed.read(folder, [])

    return wrong


def said(**facts: object) -> Callable[[Path], object]:
    """Whose .json says this."""
    return having("table3.json", json.dumps(BARE | facts))


CASES = {
    "no folder": (lambda folder: committed.read(folder / "none", []), r"^results=.*none is no folder; name the one"),
    "half a file": (having("table3.json", '{"artifact": "tab'), r"mine/table3\.json: Invalid JSON"),
    "no runs": (
        having("table3.json", '{"artifact": "table3", "revision": "r"}'),
        r"table3\.json: runs: Field required",
    ),
    "a run without a name": (
        said(runs=[{key: value for key, value in RUN.items() if key != "id"}]),
        r"table3\.json: runs\.0\.id: Field required",
    ),
    "a run without seconds": (said(runs=[{"id": "a"}]), r"table3\.json: runs\.0\.data: Field required"),
    "another artifact's": (said(artifact="table2"), r"table3\.json: artifact: 'table2' is not what the file is called"),
    "no artifact": (
        having("table99.json", json.dumps(BARE | {"artifact": "table99"})),
        r"table99\.json: artifact: 'table99'",
    ),
    "a verdict of ours that is none": (
        said(verdicts=[VERDICT | {"outcome": "proven"}]),
        r"table3\.json: verdicts: 'proven' is none of holds, fails and inconclusive",
    ),
    "a verdict without a reason": (said(verdicts=[{"claim": "c"}]), r"table3\.json: verdicts\.0\.outcome: Field"),
    "no picture": (having("table3.png", b"<svg onload=x>"), r"table3\.png is no PNG; make it anew"),
    "a cut picture": (having("table3.png", committed.PNG), r"table3\.png is no PNG; make it anew"),
    "no text": (having("table3.md", b"ok \xff\xfe"), r"table3\.md: no text in UTF-8 from byte 3 on; make it anew"),
    "a README without marks": (lambda folder: readme.written("# Title", [], {}), r"README\.md: the table's marks"),
    "a row of nothing": (lambda folder: readme.table([], {"x": ["table99"]}), r"rows: 'table99' is named twice, or"),
    "two rows of one": (
        lambda folder: readme.table([], {"x": ["noise"], "y": ["noise"]}),
        r"rows: 'noise' is named twi",
    ),
}
