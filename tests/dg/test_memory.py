from __future__ import annotations

import os

import pytest

from dg import memory


def test_what_is_free_is_part_of_what_there_is() -> None:
    assert 2**20 < memory.available() <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@pytest.mark.parametrize(
    ("limit", "expected"), [("max\n", 2_048_000), ("1500000\n", 1_400_000), ("9000000\n", 2_048_000), ("", 2_048_000)]
)
def test_a_control_group_bounds_it(monkeypatch: pytest.MonkeyPatch, limit: str, expected: int) -> None:
    texts = {
        "/proc/meminfo": "MemTotal: 4000 kB\nMemAvailable:   2000 kB\n",
        "/sys/fs/cgroup/memory.max": limit,
        "/sys/fs/cgroup/memory.stat": "anon 100000\nfile 777\n",
    }
    monkeypatch.setattr(memory, "_text", texts.__getitem__)
    assert memory.available() == expected
