"""Cells side by side on several devices: no two on one, unless that is asked for. The devices are made up."""

from __future__ import annotations

import threading
import time

import pytest

from experiments.runs import devices
from experiments.runs.devices import at_once, cores, placed
from experiments.runs.settings import check


@pytest.fixture(autouse=True)
def two(monkeypatch, tmp_path):
    monkeypatch.setattr(devices, "devices", lambda: ["GPU-a", "GPU-b"])
    monkeypatch.setattr(devices, "PATIENCE", 0.01)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def most_together(config, cells: int) -> dict[int, int]:
    """How many of `cells` cells, all at a time, ever held each device."""
    held, most, lock = {0: 0, 1: 0}, {0: 0, 1: 0}, threading.Lock()

    def cell() -> None:
        with placed(config) as chosen:
            (number,) = chosen.trainer.devices
            check(chosen)
            with lock:
                held[number] += 1
                most[number] = max(most[number], held[number])
            time.sleep(0.05)
            with lock:
                held[number] -= 1

    threads = [threading.Thread(target=cell) for _ in range(cells)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return most


@pytest.mark.parametrize("share", [1, 2])
def test_a_device_has_as_many_cells_as_are_asked_for(config, share):
    chosen = config("trainer=gpu", f"cells_a_device={share}")
    assert most_together(chosen, 7) == {0: share, 1: share}
    assert chosen.trainer.devices == 1


def test_the_next_cell_takes_the_empty_device(config):
    chosen = config("trainer=gpu", "cells_a_device=2")
    with placed(chosen) as first, placed(chosen) as second, placed(chosen) as third:
        assert [cell.trainer.devices for cell in (first, second, third)] == [[0], [1], [0]]


def test_a_processor_or_a_device_that_is_named_is_not_assigned(config):
    for chosen in (config("trainer=cpu"), config("trainer=gpu", "trainer.devices=[1]")):
        with placed(chosen) as same:
            assert same is chosen


def test_as_many_at_once_as_there_is_room_for(config):
    assert at_once("gpu", 1) == 2 and at_once("gpu", 3) == 6 and at_once("cpu", 3) == cores() >= 1
