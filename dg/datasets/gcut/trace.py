"""From the parts of clusterdata-2011-2 to the records of its sound tasks, with bounded memory (Appendix A).

DuckDB reads a part at a time and keeps the records of the drawn tasks on disk; then the four filters of Appendix A drop
tasks, and what is left is a Parquet file. An ingestion that was interrupted goes on with the part where it stood.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
from pydantic import with_config
from tqdm import tqdm
from typing_extensions import TypedDict

from dg.datasets.tables import OFFLINE, fault, rows, text
from dg.files import STRICT, read_json, regular, sha256

MEMORY = "2GB"  # of DuckDB; the process stays under 4 GiB
EVENTS = {
    "time": "BIGINT", "missing info": "BIGINT", "job": "BIGINT", "task index": "BIGINT", "machine": "BIGINT",
    "event type": "BIGINT", "user": "VARCHAR", "scheduling class": "BIGINT", "priority": "BIGINT",
    "CPU request": "DOUBLE", "memory request": "DOUBLE", "disk request": "DOUBLE", "different machines": "BIGINT",
}  # fmt: skip
USAGE = {
    "start": "BIGINT", "end": "BIGINT", "job": "BIGINT", "task index": "BIGINT", "machine": "BIGINT",
    "CPU rate": "DOUBLE", "canonical memory usage": "DOUBLE", "assigned memory usage": "DOUBLE",
    "unmapped page cache": "DOUBLE", "total page cache": "DOUBLE", "maximum memory usage": "DOUBLE",
    "disk I/O time": "DOUBLE", "local disk space usage": "DOUBLE", "maximum CPU rate": "DOUBLE",
    "maximum disk I/O time": "DOUBLE", "cycles per instruction": "DOUBLE", "memory accesses per instruction": "DOUBLE",
    "sample portion": "DOUBLE", "aggregation type": "BIGINT", "sampled CPU usage": "DOUBLE",
}  # fmt: skip
MEASUREMENTS = (
    "CPU rate", "maximum CPU rate", "sampled CPU usage", "canonical memory usage", "assigned memory usage",
    "maximum memory usage", "unmapped page cache", "total page cache", "local disk space usage",
)  # fmt: skip
LARGEST_EVENT = 8  # SUBMIT 0, SCHEDULE 1, EVICT 2, FAIL 3, FINISH 4, KILL 5, LOST 6, UPDATE_PENDING 7, _RUNNING 8
ENDS = {2: "EVICT", 3: "FAIL", 4: "FINISH", 5: "KILL"}  # LOST is no end that the paper knows (D35)
PAPER = {"no end event": 0.17, "discontinuous": 1.25, "an empty record": 6.25, "mismatched end": 3.34}  # percent
STRANGERS = 0.01  # share of the tasks that may be in no event part; the published trace has some 70 such jobs
ANEW = "fetch the part anew"
DRAWING = 2**32
LARGEST = 1e30  # of a measurement, all of which are shares of a machine
LONGEST = 10_000  # records of a task; the trace has 29 days, 8,352 times five minutes
DELETE = "delete it, and it is made anew"

log = logging.getLogger(__name__)


@with_config(STRICT)
class Made(TypedDict):
    """What is known of a Parquet file in the cache: how many tasks each filter dropped, and its hash."""

    counts: dict[str, int]
    sha256: str


def ingest(folder: Path, cache: Path, drawn: int) -> Path:
    """A Parquet file in `cache` with the records of the tasks that pass the filters, task by task in order.

    Beside it, a .json of the same name counts what each filter dropped. Both are made once for parts of the same
    content, whatever their folder is called: at each call all parts are hashed, at one to three seconds a gigabyte,
    some hundredths of the time that reading them takes. A file of the cache that is damaged is refused.
    """
    if drawn < 1:
        raise ValueError(f"{folder}: {drawn} tasks were to be drawn; draw at least 1")
    cache = cache.resolve()
    odd = set(str(cache)) & {"?", "\\"}
    if odd:  # DuckDB starts options at the one, and reads the other as a slash
        raise ValueError(f"{cache}: DuckDB keeps no database under a path with {odd.pop()!r}; name another by cache=")
    events, usage = parts(folder, "task_events"), parts(folder, "task_usage")
    hashes = [sha256(part) for part in tqdm((*events, *usage), desc="hashing", unit="part", delay=5)]
    key = hashlib.sha256(json.dumps([hashes, len(events), drawn]).encode()).hexdigest()[:12]
    made = cache / f"gcut-{key}.parquet"
    if not (made.exists() and made.with_suffix(".json").exists()):
        cache.mkdir(parents=True, exist_ok=True)
        _make(folder, made, events, usage, drawn)
    for line in report(made):
        log.info(line)
    return made


def _make(folder: Path, made: Path, events: Sequence[Path], usage: Sequence[Path], drawn: int) -> None:
    unfinished = made.with_suffix(".unfinished")
    if unfinished.exists():
        regular(unfinished)
    try:
        with duckdb.connect(unfinished, config=OFFLINE) as database:
            database.execute(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
            database.execute("SET enable_progress_bar = false; CREATE TABLE IF NOT EXISTS done (part VARCHAR)")
            _read_events(database, events)
            _read_usage(database, usage, drawn)
            counts = _filter(database, folder, made.with_suffix(".writing"))
    except duckdb.Error as error:
        raise ValueError(
            f"{unfinished}: {fault(error)}; wait where another process writes it, or else delete it and what is called "
            "like it, and it is made anew"
        ) from error
    written = made.with_suffix(".writing")
    known = json.dumps({"counts": counts, "sha256": sha256(written)}, indent=2)
    made.with_suffix(".json").write_text(known, encoding="utf-8")
    os.replace(written, made)
    unfinished.unlink()


def report(made: Path) -> list[str]:
    """What the filters dropped, beside the paper's shares, one line each.

    Raises ValueError where the Parquet file is not the one that was written, or its .json is damaged.
    """
    file = made.with_suffix(".json")
    try:
        known = read_json(file, Made)
    except ValueError as error:
        raise ValueError(f"{error}; {DELETE}") from None
    counts = known["counts"]
    if set(counts) != {"left", "drawn", "overlapping", *PAPER} or counts["drawn"] < 1:
        raise ValueError(f"{file}: does not count what each filter dropped; {DELETE}")
    if sha256(made) != known["sha256"]:
        raise ValueError(f"{made}: is cut off or damaged; {DELETE}")
    lines = [f"{counts['drawn']:,} tasks drawn, {counts['left']:,} left"]
    for rule, percent in PAPER.items():
        share = counts[rule] / counts["drawn"]
        lines.append(f"{counts[rule]:,} tasks ({share:.2%}) dropped: {rule}; the paper: {percent}%")
    return lines


def parts(folder: Path, table: str) -> list[Path]:
    """The parts of a table, compressed or not, in their order."""
    found = sorted((folder / table).glob("part-*.csv*"))
    if not found:
        raise FileNotFoundError(f"{folder / table}: holds no part-?????-of-?????.csv.gz; put the trace's {table} there")
    return [regular(part) for part in found]


def _read_events(database: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """The last end of each task, from all parts; raises ValueError at an event code that does not exist."""
    database.execute(
        'CREATE TABLE IF NOT EXISTS events (job BIGINT, "task index" BIGINT, "end" BIGINT, "event type" BIGINT)'
    )
    ended = f'"event type" IN ({", ".join(map(str, ENDS))})'
    wrong = f'("event type" IS NULL OR "event type" NOT BETWEEN 0 AND {LARGEST_EVENT})'
    told = f"concat('event type ', \"event type\", ' does not exist, they are 0 to {LARGEST_EVENT}')"
    stage = f"""
        SELECT job, "task index", max("time") FILTER ({ended}) AS "end",
        arg_max("event type", "time") FILTER ({ended}) AS "event type", bool_or({wrong}) AS wrong
        FROM {ROWS} GROUP BY ALL
    """
    _take_all(database, files, Table("events", EVENTS, stage, wrong, told))
    database.execute(
        """
        CREATE OR REPLACE TABLE tasks AS SELECT job, "task index", max("end") AS "end",
        arg_max("event type", "end") AS "event type" FROM events GROUP BY job, "task index"
        """
    )


def _read_usage(database: duckdb.DuckDBPyConnection, files: Sequence[Path], drawn: int) -> None:
    """The records of the drawn tasks; raises ValueError at a record that ends before it begins, or at odd numbers."""
    columns = ", ".join(f'"{name}"' for name in ("job", "task index", "start", "end", *MEASUREMENTS))
    types = ", ".join(f'"{name}" {USAGE[name]}' for name in ("job", "task index", "start", "end", *MEASUREMENTS))
    database.execute(f"CREATE TABLE IF NOT EXISTS records ({types})")
    (all_tasks,) = database.execute("SELECT count(*) FROM tasks").fetchone()  # type: ignore[misc]
    if not all_tasks:
        raise ValueError(f"{files[0].parents[1] / 'task_events'}: the parts hold no event; fetch them anew")
    limit = min(DRAWING, round(DRAWING * drawn / all_tasks))
    draw = f'hash(job, "task index") % {DRAWING} < {limit}'
    odd = {name: f'NOT "{name}" BETWEEN 0 AND {LARGEST}' for name in MEASUREMENTS}  # an empty value is not odd
    missing = '"start" IS NULL OR "end" IS NULL OR job IS NULL OR "task index" IS NULL OR "start" >= "end"'
    wrong = f"coalesce({missing} OR ({draw} AND ({' OR '.join(odd.values())})), false)"
    told = " ".join(
        f"WHEN {rule} THEN concat('{name} ', \"{name}\", ' is no number from 0 on')" for name, rule in odd.items()
    )
    told = f"CASE {told} ELSE concat('start ', \"start\", ' and end ', \"end\", ' are no interval of a task') END"
    stage = f"SELECT {columns}, {wrong} AS wrong FROM {ROWS} WHERE {wrong} OR {draw}"
    _take_all(database, files, Table("records", USAGE, stage, wrong, told))


def _filter(database: duckdb.DuckDBPyConnection, folder: Path, target: Path) -> dict[str, int]:
    """Appendix A's four filters, in its order; a task is counted at the first that it fails. What is left: `target`."""
    empty = " OR ".join(f'"{name}" IS NULL' for name in MEASUREMENTS)
    database.execute(
        f"""
        CREATE OR REPLACE TABLE verdicts AS
        WITH steps AS (
            SELECT job, "task index", "end", "start" <> lag("end") OVER task AS gap, "start" < lag("end") OVER task AS
            overlap, {empty} AS empty FROM records WINDOW task AS (PARTITION BY job, "task index" ORDER BY "start")
        ), sums AS (
            SELECT job, "task index", max("end") AS last, coalesce(bool_or(gap), false) AS gap,
            coalesce(bool_or(overlap), false) AS overlap, bool_or(empty) AS empty, count(*) > {LONGEST} AS endless
            FROM steps GROUP BY ALL
        )
        SELECT job, "task index", overlap, endless, tasks.job IS NULL AS stranger, "event type", CASE
            WHEN "event type" IS NULL THEN 'no end event' WHEN gap THEN 'discontinuous'
            WHEN empty THEN 'an empty record' WHEN last <> tasks."end" THEN 'mismatched end' ELSE 'left' END AS verdict
        FROM sums LEFT JOIN tasks USING (job, "task index")
        """
    )
    counts = dict.fromkeys(("left", *PAPER), 0)
    counts |= dict(database.execute("SELECT verdict, count(*) FROM verdicts GROUP BY ALL").fetchall())
    counts["drawn"] = sum(counts.values())
    endless, long = _told(database, "endless AND verdict = 'left'")
    if endless:
        raise ValueError(f"{folder / 'task_usage'}: {long} has more than {LONGEST:,} records; {ANEW}")
    overlaps, overlap = _told(database, "overlap")
    strangers, stranger = _told(database, "stranger")
    missing = f"{folder / 'task_usage'}: {strangers} of {counts['drawn']} tasks, {stranger}, "
    missing += "appear in no part of task_events"
    if strangers > STRANGERS * counts["drawn"]:
        raise ValueError(f"{missing}; fetch the parts of task_events that are missing")
    if strangers:
        log.warning("%s: they have no end event, and are dropped as such", missing)
    if overlaps:
        log.warning(
            "%s: %d of the discontinuous tasks, %s, have records that overlap, on two machines or in parts; "
            "they are dropped, look for a part that is there twice", folder / "task_usage", overlaps, overlap,
        )  # fmt: skip
    if not counts["left"]:
        raise ValueError(f"{folder}: no task is left of {counts['drawn']}: {counts}; add parts")
    names = " ".join(f"WHEN {code} THEN '{name}'" for code, name in ENDS.items())
    columns = ", ".join(f'CAST("{name}" AS FLOAT) AS "{name}"' for name in MEASUREMENTS)
    database.execute(
        f"""
        COPY (
            SELECT dense_rank() OVER (ORDER BY job, "task index") - 1 AS task,
            CASE "event type" {names} END AS "end event type", {columns}
            FROM records JOIN verdicts USING (job, "task index") WHERE verdict = 'left'
            ORDER BY job, "task index", "start"
        ) TO {text(target)} (FORMAT parquet)
        """
    )
    return {**counts, "overlapping": overlaps}


def _told(database: duckdb.DuckDBPyConnection, what: str) -> tuple[int, str]:
    """How many tasks have this verdict, and the first of them."""
    query = f'SELECT count(*) OVER (), job, "task index" FROM verdicts WHERE {what} ORDER BY job, "task index" LIMIT 1'
    count, job, task = database.execute(query).fetchone() or (0, None, None)
    return count, f"first job {job} task {task}"


ROWS = "the_rows"  # in a Table's SQL, a placeholder for the rows of one part


class Table(NamedTuple):
    """How a part is read: which columns go into which table, what makes a line wrong, and how that is reported."""

    name: str
    columns: dict[str, str]
    stage: str
    wrong: str
    told: str


def _take_all(database: duckdb.DuckDBPyConnection, files: Sequence[Path], table: Table) -> None:
    """Adds the parts that are not in the table yet, each wholly or not at all; ValueError names the part and line."""
    done = {part for (part,) in database.execute("SELECT part FROM done").fetchall()}
    left = [(f"{table.name} {number}", file) for number, file in enumerate(files)]
    for name, part in tqdm([one for one in left if one[0] not in done], desc=files[0].parent.name, unit="part"):
        _take(database, part, name, table)


def _take(database: duckdb.DuckDBPyConnection, part: Path, name: str, table: Table) -> None:
    with rows(part, table.columns) as source:
        try:
            database.execute(f"CREATE OR REPLACE TEMP TABLE stage AS {table.stage.replace(ROWS, source)}")
            if database.execute("SELECT count(*) FROM stage WHERE wrong").fetchone() != (0,):
                raise ValueError(f"{part}: {_first(database, source, table)}; correct the line, or {ANEW}")
        except duckdb.Error as error:
            raise ValueError(f"{part}: {fault(error)}; {ANEW}") from error
    database.begin()
    database.execute(f"INSERT INTO {table.name} SELECT * EXCLUDE wrong FROM stage")
    database.execute("INSERT INTO done VALUES (?)", [name])
    database.commit()


def _first(database: duckdb.DuckDBPyConnection, source: str, table: Table) -> str:
    """The number of the first line that is wrong, and what is wrong with it."""
    database.execute("SET preserve_insertion_order = true")
    numbered = f"SELECT row_number() OVER () AS line, * FROM {source}"
    query = f"SELECT line, {table.told} FROM ({numbered}) WHERE {table.wrong} ORDER BY line LIMIT 1"
    line, told = database.execute(query).fetchone()  # type: ignore[misc]
    return f"line {line}: {told}"
