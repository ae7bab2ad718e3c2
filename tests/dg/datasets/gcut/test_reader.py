"""GCUT from its published layout: the four filters, real task_events, the cache, interruption, and bad input."""

from __future__ import annotations

import gzip
import json
import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pytest

from dg.dataset import TimeSeriesDataset
from dg.datasets import gcut
from dg.datasets.gcut import trace

BEGIN, RECORD = 600_000_000, 300_000_000
Rows = list[list]


def event(job: int, code: int, at: int, *, task: int = 0) -> list:
    return [at, "", job, task, 77, code, "user", 2, 9, 0.1, 0.2, 0.0, 0]


def use(job: int, start: int, *, task: int = 0, end: int | None = None, **changed: object) -> list:
    """A record whose nine measurements are 0.01 to 0.09 in the order of Table 6, unless `changed`."""
    row = dict.fromkeys(trace.USAGE, 0.5)
    row |= {name: round(0.01 * (i + 1), 2) for i, name in enumerate(trace.MEASUREMENTS)}
    row |= {"start": start, "end": start + RECORD if end is None else end, "job": job, "task index": task}
    return list((row | {"machine": 77, "aggregation type": 0} | changed).values())


def sound(job: int, records: int, code: int = 4) -> tuple[Rows, Rows]:
    """The events and records of a task that passes every filter."""
    times = [BEGIN + k * RECORD for k in range(records)]
    return [event(job, 1, BEGIN), event(job, code, times[-1] + RECORD)], [use(job, time) for time in times]


@pytest.fixture
def trace_of(tmp_path) -> Callable[..., Path]:
    """Writes parts in gzip: each of `events` and `usage` is one."""

    def write(events: list[Rows], usage: list[Rows]) -> Path:
        for table, parts in (("task_events", events), ("task_usage", usage)):
            (tmp_path / "trace" / table).mkdir(parents=True, exist_ok=True)
            for number, rows in enumerate(parts):
                text = "".join(",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)
                file = tmp_path / "trace" / table / f"part-{number:05d}-of-00500.csv.gz"
                file.write_bytes(gzip.compress(text.encode()))
        return tmp_path / "trace"

    return write


@pytest.fixture
def load(tmp_path) -> Callable[..., TimeSeriesDataset]:
    return lambda folder, **options: gcut.load(folder, cache=tmp_path / "cache", drawn=10**9, **options)


def test_what_is_left_is_the_task_as_it_was(trace_of, load):
    """Records of two parts, out of order, are joined; measurements are those of Table 6, in its order."""
    (one, first), (two, second) = sound(11, 4), sound(12, 2, code=5)
    second[1][5] = 0.25
    tasks = load(trace_of([one[:1], [*one[1:], *two]], [[*second, first[2], first[0]], [first[3], first[1]]]))
    assert tasks.schema == gcut.SCHEMA and tasks.lengths.tolist() == [4, 2]
    assert tasks.metadata["end event type"].tolist() == ["FINISH", "KILL"]
    np.testing.assert_allclose(tasks.measurements[0, :4], np.tile(np.arange(1, 10) / 100, (4, 1)), rtol=1e-6)
    assert tasks.measurement("CPU rate")[1, :3].tolist() == [pytest.approx(0.01), 0.25, 0.0]
    assert [field.name for field in gcut.SCHEMA.measurements] == list(trace.MEASUREMENTS)


def test_a_number_with_underscores_is_a_mistake(trace_of, load):
    """A user with underscores is none."""
    events, usage = sound(11, 3)
    named = [[*row[:6], "u_1", *row[7:]] for row in events]
    assert len(load(trace_of([named], [usage]))) == 1
    usage[1][5] = "0_5"
    with pytest.raises(ValueError, match=r"part-.*: column CPU rate: '0_5' is not a number; write it without"):
        load(trace_of([named], [usage]))


def test_each_filter_of_appendix_a_catches_its_case(trace_of, load, caplog, tmp_path):
    """Of 9 tasks one has no end, one is lost, one has a gap, one an overlap, one an empty record, one ends late."""
    events, usage = [], []
    for job in range(1, 10):
        some_events, some_usage = sound(job, 3)
        events += some_events
        usage += some_usage
    job = {row[2]: row for row in events if row[5] == 4}
    events.remove(job[1])
    job[2][5] = 6
    usage[2 * 3 + 2][0:2] = [BEGIN + 5 * RECORD, BEGIN + 6 * RECORD]
    usage[3 * 3 + 1][0] -= 1000
    usage[4 * 3 + 1][12] = None
    job[6][0] += 1
    with caplog.at_level(logging.INFO):
        tasks = load(trace_of([events], [usage]))
    assert len(tasks) == 3
    counts = json.loads(next((tmp_path / "cache").glob("gcut-*.json")).read_text())["counts"]
    assert counts == {
        "left": 3, "no end event": 2, "discontinuous": 2, "an empty record": 1, "mismatched end": 1, "drawn": 9,
        "overlapping": 1,
    }  # fmt: skip
    for rule, count, percent in (
        ("no end event", "2 tasks (22.22%)", "0.17%"),
        ("discontinuous", "2 tasks (22.22%)", "1.25%"),
        ("an empty record", "1 tasks (11.11%)", "6.25%"),
        ("mismatched end", "1 tasks (11.11%)", "3.34%"),
    ):
        assert f"{count} dropped: {rule}; the paper: {percent}" in caplog.text
    assert "task_usage: 1 of the discontinuous tasks, first job 4 task 0, have records that overlap" in caplog.text


def test_the_last_end_counts(trace_of, load):
    """Evicted, scheduled anew on the spot, finished: one task with the records of both runs."""
    events, usage = sound(3, 4)
    events[1:1] = [event(3, 2, BEGIN + 2 * RECORD), event(3, 1, BEGIN + 2 * RECORD)]
    tasks = load(trace_of([events], [usage]))
    assert tasks.lengths.tolist() == [4] and tasks.metadata["end event type"].tolist() == ["FINISH"]


def test_longer_tasks_than_the_papers(trace_of, load):
    tasks = load(trace_of([sound(1, 2511)[0]], [sound(1, 2511)[1]]))
    assert tasks.schema.max_length == 2550 and tasks.lengths.tolist() == [2511]


def test_the_result_is_kept_until_the_parts_change(trace_of, load, tmp_path, capsys):
    """A progress bar tells of the parts that are read, and of none where nothing is."""
    folder = trace_of([sound(1, 2)[0]], [sound(1, 2)[1]])
    load(folder)
    bars = capsys.readouterr().err
    assert "task_events: 100%" in bars and "task_usage: 100%" in bars
    (made,) = (tmp_path / "cache").glob("*.parquet")
    before = made.stat().st_mtime_ns
    load(folder)
    assert made.stat().st_mtime_ns == before and "task_" not in capsys.readouterr().err
    trace_of([sound(1, 3)[0]], [sound(1, 3)[1]])
    assert load(folder).lengths.tolist() == [3]
    assert {file.suffix for file in (tmp_path / "cache").iterdir()} == {".parquet", ".json"}


def test_the_cache_is_of_the_content_not_of_size_time_or_place(trace_of, load, tmp_path, capsys):
    """Two parts in gzip of the same size and time, one value apart; and a folder that has moved."""
    events, usage = sound(1, 2)
    part = trace_of([events], [usage]) / "task_usage" / "part-00000-of-00500.csv.gz"
    texts = [gzip.decompress(part.read_bytes()).replace(b"0.01,", value) for value in (b"0.01,", b"0.07,")]
    for text, value in zip(texts, (0.01, 0.07), strict=True):
        part.write_bytes(gzip.compress(text, 0))  # of one size
        os.utime(part, (1, 1))
        assert load(part.parents[1]).measurement("CPU rate")[0, 0] == pytest.approx(value)
    capsys.readouterr()
    part.parents[1].rename(tmp_path / "elsewhere")
    assert len(load(tmp_path / "elsewhere")) == 1 and "task_" not in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".parquet", ".json"])
@pytest.mark.parametrize(
    "damage", [lambda old: old[: len(old) // 2], lambda old: b"", lambda old: b"[1, {}]", os.mkfifo]
)
def test_a_cache_that_is_damaged_says_what_to_delete(trace_of, load, tmp_path, suffix, damage):
    folder = trace_of([sound(1, 2)[0]], [sound(1, 2)[1]])
    expected = load(folder).fingerprint
    (file,) = (tmp_path / "cache").glob(f"*{suffix}")
    content = file.read_bytes()
    if damage is os.mkfifo:
        file.unlink()
        os.mkfifo(file)
    else:
        file.write_bytes(damage(content))
    with pytest.raises(ValueError, match=rf"{file.name}(:.*delete it, and it is made anew| is a pipe)"):
        load(folder)
    file.unlink()
    assert load(folder).fingerprint == expected


def test_a_value_of_the_cache_that_was_changed_is_found(trace_of, load, tmp_path):
    folder = trace_of([sound(1, 2)[0]], [sound(1, 2)[1]])
    load(folder)
    (file,) = (tmp_path / "cache").glob("*.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"parquet: is cut off or damaged; delete it, and it is made anew"):
        load(folder)


@pytest.mark.parametrize("content", [b"garbage", b"", bytes(5000), None], ids=["garbage", "empty", "zeros", "cut"])
def test_an_unfinished_ingestion_that_is_damaged(trace_of, load, tmp_path, monkeypatch, content):
    folder = trace_of([sound(1, 2)[0]], [sound(1, 2)[1]])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(trace, "_filter", interrupted)
        load(folder)
    (file,) = (tmp_path / "cache").glob("*.unfinished")
    file.write_bytes(file.read_bytes()[:5000] if content is None else content)
    with pytest.raises(ValueError, match=rf"{file.name}: .*delete it and what is called like it, and it is made"):
        load(folder)
    file.unlink()
    assert load(folder).lengths.tolist() == [2]


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_half_written_cache_is_never_used(trace_of, load, tmp_path, monkeypatch):
    """Interrupted after the one file and before the other."""
    folder = trace_of([sound(1, 2)[0]], [sound(1, 2)[1]])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(trace.os, "replace", interrupted)
        load(folder)
    (known,) = (tmp_path / "cache").glob("*.json")
    known.write_text("{")
    assert load(folder).lengths.tolist() == [2]


def test_one_process_at_a_time_makes_a_cache(trace_of, load, tmp_path, monkeypatch):
    folder = trace_of([sound(1, 2)[0]], [sound(1, 2)[1]])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(trace, "_filter", interrupted)
        load(folder)
    (file,) = (tmp_path / "cache").glob("*.unfinished")
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", hold, str(file)], **pipes) as other:
        other.stdout.readline()
        with pytest.raises(ValueError, match=r"unfinished: .*lock.*wait where another process writes it"):
            load(folder)
        other.stdin.close()
    assert len(load(folder)) == 1


def test_a_task_without_end_is_refused(trace_of, load, monkeypatch):
    """All tasks take the memory of the longest."""
    monkeypatch.setattr(trace, "LONGEST", 3)
    with pytest.raises(
        ValueError, match=r"task_usage: first job 8 task 0 has more than 3 records; fetch the part anew"
    ):
        load(trace_of([sound(8, 4)[0]], [sound(8, 4)[1]]))


def test_a_part_that_is_a_bomb_or_noise(trace_of, load):
    folder = trace_of([sound(1, 2)[0]], [sound(1, 2)[1]])
    part = folder / "task_usage" / "part-00000-of-00500.csv.gz"
    whole = part.read_bytes()
    for content in (
        gzip.compress(bytes(50 * 2**20), 1),  # of which DuckDB would read nothing, and say nothing
        gzip.compress(gzip.decompress(whole) + b"1," * 2**20),
        whole[:-8] + bytes(4) + whole[-4:],  # another checksum
        os.urandom(5000),
        b"\x1f\x8b" + os.urandom(5000),
        b"\xff\xfe,\n",
    ):
        part.write_bytes(content)
        with pytest.raises(ValueError, match=r"part-00000-of-00500\.csv\.gz: .*fetch (the part|it) anew") as caught:
            load(folder)
        assert len(str(caught.value)) < 800 and "\n" not in str(caught.value) and "/link" not in str(caught.value)


def test_interrupted_it_goes_on_with_the_part_where_it_stood(trace_of, load, monkeypatch):
    """The second part fails once; the first is not read again."""
    tasks = [sound(job, 2) for job in (1, 2, 3)]
    folder = trace_of([[row for events, _ in tasks for row in events]], [usage for _, usage in tasks])
    take, read = trace._take, []

    def failing(database, part, *rest):
        if part.name.startswith("part-00001") and "failed" not in read:
            read.append("failed")
            raise KeyboardInterrupt
        read.append(f"{part.parent.name}/{part.name[:10]}")
        take(database, part, *rest)

    monkeypatch.setattr(trace, "_take", failing)
    with pytest.raises(KeyboardInterrupt):
        load(folder)
    assert len(load(folder)) == 3
    assert read == [
        "task_events/part-00000", "task_usage/part-00000", "failed", "task_usage/part-00001", "task_usage/part-00002",
    ]  # fmt: skip


def test_about_so_many_tasks_are_drawn_and_always_the_same(trace_of, tmp_path):
    tasks = [sound(job, 1) for job in range(1000)]
    folder = trace_of([[row for events, _ in tasks for row in events]], [[row for _, usage in tasks for row in usage]])
    one, other = (gcut.load(folder, cache=tmp_path / name, drawn=300) for name in ("one", "other"))
    assert 240 < len(one) < 360 and one.fingerprint == other.fingerprint
    assert len(gcut.load(folder, cache=tmp_path / "one", drawn=300, samples=20, seed=1)) == 20
    assert len(gcut.load(folder, cache=tmp_path / "one", drawn=300, samples=999)) == len(one)
    with pytest.raises(ValueError, match="ask for at least 1"):
        gcut.load(folder, cache=tmp_path / "one", drawn=300, samples=0)


def test_real_events_parse_whole_and_records_made_for_them_pass(trace_of, load, shared_data):
    """The tasks of the real parts that begin and end on five minutes' time, given records from the one to the other."""
    real = shared_data / "gcut" / "task_events"
    rows = f"read_csv('{real}/*.gz', columns={trace.EVENTS}, header=false, auto_detect=false)"
    ends = duckdb.sql(
        f"""
        SELECT job, "task index", max("time") FILTER ("event type" = 1),
        max("time") FILTER ("event type" IN (2, 3, 4, 5)),
        arg_max("event type", "time") FILTER ("event type" IN (2, 3, 4, 5)) FROM {rows} GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    counted = Counter(code for *_, code in ends if code is not None)
    assert counted == {4: 57_591, 5: 8_123, 2: 5_599, 3: 288}  # shared/data/README.md
    chosen = [row for row in ends if row[4] is not None and row[2] and row[3] - row[2] > RECORD][:300]
    usage, lengths = [], []
    for job, task, begin, end, _ in chosen:
        edges = [*range(begin, end, RECORD), end]
        usage += [use(job, low, task=task, end=high) for low, high in pairwise(edges)]
        lengths.append(len(edges) - 1)
    folder = trace_of([], [usage])
    for part in real.glob("*.gz"):
        (folder / "task_events" / part.name).symlink_to(part)
    tasks = load(folder)
    names = {2: "EVICT", 3: "FAIL", 4: "FINISH", 5: "KILL"}
    assert tasks.lengths.tolist() == lengths
    assert tasks.metadata["end event type"].tolist() == [names[row[4]] for row in chosen]


def test_a_part_that_is_truncated(trace_of, load):
    folder = trace_of([sound(1, 2)[0]], [[row for job in range(1, 3000) for row in sound(job, 2)[1]]])
    part = folder / "task_usage" / "part-00000-of-00500.csv.gz"
    part.write_bytes(part.read_bytes()[:5000])
    with pytest.raises(
        ValueError, match=r"task_usage/part-00000-of-00500\.csv\.gz.*cannot be unpacked .*fetch it anew"
    ):
        load(folder)


def test_too_few_columns(trace_of, load):
    events, usage = sound(1, 3)
    with pytest.raises(ValueError, match=r"task_usage/part-00000.*Line: 2.*Expected Number of Columns: 20 Found: 19"):
        load(trace_of([events], [[usage[0], usage[1][:-1], usage[2]]]))


def test_an_unknown_event_code(trace_of, load):
    events, usage = sound(1, 2)
    with pytest.raises(
        ValueError, match=r"task_events/part-00001.*line 2: event type 9 does not exist, they are 0 to 8; correct"
    ):
        load(trace_of([events, [event(2, 0, BEGIN), event(2, 9, BEGIN)]], [usage]))


def test_an_interval_that_ends_before_it_starts(trace_of, load):
    events, usage = sound(1, 2)
    usage[1][1] = usage[1][0] - 5
    with pytest.raises(
        ValueError, match=r"task_usage/part-00000.*line 2: start 900000000 and end 899999995 are no interval"
    ):
        load(trace_of([events], [usage]))


@pytest.mark.parametrize("value", ["nan", "inf", -0.5, 1e300])
def test_a_measurement_that_is_no_share_of_a_machine(trace_of, load, value):
    events, usage = sound(1, 3)
    usage[2][7] = value
    with pytest.raises(
        ValueError, match=r"part-00000.*line 3: assigned memory usage .* is no number from 0 on; correct"
    ):
        load(trace_of([events], [usage]))


def test_a_task_that_appears_in_no_event_part(trace_of, load):
    (events, usage), (_, strange) = sound(1, 2), sound(99, 2)
    with pytest.raises(ValueError, match=r"1 of 2 tasks, first job 99 task 0, appear in no part of task_events; fetch"):
        load(trace_of([events], [[*usage, *strange]]))


def test_a_few_such_tasks_are_dropped_and_told(trace_of, load, caplog):
    """The published trace has some; one of 151 is under 1 %."""
    tasks = [sound(job, 1) for job in range(1, 151)]
    folder = trace_of(
        [[row for events, _ in tasks for row in events]],
        [[*sound(999, 1)[1], *(use for _, rows in tasks for use in rows)]],
    )
    assert len(load(folder)) == 150
    assert (
        "1 of 151 tasks, first job 999 task 0, appear in no part of task_events: they have no end event" in caplog.text
    )


def test_a_part_that_is_there_twice(trace_of, load, caplog):
    """Its records overlap with themselves."""
    (one, first), (two, second) = sound(1, 3), sound(2, 3)
    assert load(trace_of([[*one, *two]], [first, [*first, *second]])).lengths.tolist() == [3]
    assert "first job 1 task 0, have records that overlap" in caplog.text and "look for a part" in caplog.text


def test_no_parts_and_no_task_left(trace_of, load, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"task_events: holds no part-"):
        load(tmp_path)
    events, usage = sound(1, 2)
    with pytest.raises(ValueError, match="no task is left of 1"):
        load(trace_of([events[:1]], [usage]))
