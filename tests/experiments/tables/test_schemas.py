"""Tables 1 and 6 to 8, which need no run."""

from __future__ import annotations

import pytest

from experiments.paper import artifact
from experiments.tables import table1


def test_table_1_is_the_papers():
    frame = table1.compute([])
    assert (frame["ours"] == frame["paper"]).all() and len(frame) == 9


@pytest.mark.parametrize(
    ("name", "field"),
    [("table1", "GCUT"), ("table6", "local disk space usage"), ("table7", "views"), ("table8", "ISP")],
)
def test_written_without_runs(name, field, tmp_path):
    text = artifact.write(name, [], tmp_path)
    assert field in text and "nothing is trained" in text
