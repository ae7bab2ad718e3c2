"""How much time and memory `dg.datasets.gcut.trace.ingest` takes for 1, 10 and 100 parts of the trace.

    python -m benchmarks.speed.gcut_ingestion [folder]

Writes parts of `task_usage` of 200,000 records (1.2 MB) each, and as many of `task_events`, in the official layout.
Reads 1, 10 and 100 parts, each time in a process of its own. Aim: time grows linearly, memory stays flat and under
4 GiB. `docs/ingestion.md` has the results.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from tqdm import tqdm

from dg.datasets.gcut.trace import EVENTS, USAGE, ingest, report

PARTS = (1, 10, 100)
TASKS = 20_000  # of a part; a task has 1 to 19 records
START, RECORD, PART = 600_000_000, 300_000_000, 60 * 300_000_000  # microseconds

# Of 100 tasks about 1 has no end, 1 a gap, 6 an empty record, 3 an end that is not that of the last record.
SQL = f"""
    CREATE OR REPLACE TABLE tasks AS SELECT 6000000000 + $part * {TASKS} + i AS job, hash(i, $part) % 19 + 1 AS length,
    {START} + $part * {PART} + (i % 40) * {RECORD} AS first, hash(i, $part, 1) % 100 AS luck,
    CASE hash(i, $part, 2) % 10 WHEN 0 THEN 2 WHEN 1 THEN 3 WHEN 2 THEN 5 ELSE 4 END AS end_event
    FROM range({TASKS}) AS of(i)
"""
USAGE_ROWS = f"""
    SELECT first + (k + (luck = 1 AND k > 0)::INT) * {RECORD} AS "start", "start" + {RECORD} AS "end", job,
    0 AS "task index", 1 AS machine, CASE WHEN luck BETWEEN 2 AND 7 AND k = 0 THEN NULL
    ELSE round(hash(job, k) % 1000 / 1e4, 5) END AS "CPU rate", 0.01, 0.02, 0.001, 0.002, 0.015, 0.0001, 0.0003,
    0.2, 0.001, 2.5, 0.01, 1, 0, 0.05
    FROM (SELECT *, unnest(range(length::INT)) AS k FROM tasks) ORDER BY "start"
"""
EVENT_ROWS = f"""
    SELECT first AS "time", NULL AS missing, job, 0 AS "task index", 1 AS machine, 1 AS event, 'user' AS who, 2, 9, 0.1,
    0.1, 0.0, 0 FROM tasks
    UNION ALL SELECT first + length * {RECORD} + (luck BETWEEN 8 AND 10)::INT, NULL, job, 0, 1, end_event, 'user', 2, 9,
    0.1, 0.1, 0.0, 0 FROM tasks WHERE luck <> 0 ORDER BY 1
"""


def write(folder: Path, parts: int) -> None:
    """`parts` parts of each table, in gzip, as they are published."""
    for table in ("task_events", "task_usage"):
        (folder / table).mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as database:
        for part in tqdm(range(parts), desc="writing", unit="part"):
            database.execute(SQL.replace("$part", str(part)))
            for table, rows, columns in (("task_events", EVENT_ROWS, EVENTS), ("task_usage", USAGE_ROWS, USAGE)):
                assert len(database.sql(rows).columns) == len(columns)
                file = folder / table / f"part-{part:05d}-of-00500.csv.gz"
                if not file.exists():
                    database.execute(f"COPY ({rows}) TO '{file}' (FORMAT csv, HEADER false, COMPRESSION gzip)")


def measure(folder: Path) -> None:
    """Ingests the folder and prints the seconds and the peak memory of this process."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as cache:
        made = ingest(folder, Path(cache), drawn=112_372)
        seconds = time.perf_counter() - start
        files = list((folder / "task_usage").iterdir())
        size = sum(file.stat().st_size for file in files) / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"| {len(files)} | {size:,.0f} | {seconds:.1f} | {peak:.2f} | {report(made)[0]} |", flush=True)


def main(folder: Path) -> None:
    """Writes the parts and measures each number of them in a fresh process."""
    write(folder / "all", max(PARTS))
    print("| parts | MB in gzip | seconds | peak GiB | tasks |\n|---|---|---|---|---|", flush=True)
    for parts in PARTS:
        some = folder / str(parts)
        for table in ("task_events", "task_usage"):
            (some / table).mkdir(parents=True, exist_ok=True)
            for file in sorted((folder / "all" / table).iterdir())[:parts]:
                (some / table / file.name).hardlink_to(file)
        subprocess.run([sys.executable, "-m", "benchmarks.speed.gcut_ingestion", "--measure", str(some)], check=True)


if __name__ == "__main__":
    if "--measure" in sys.argv:
        measure(Path(sys.argv[-1]))
    elif len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
