"""The job-days: joined by job, days that follow each other, bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dg.datasets import gcut_jobs


def write(folder: Path, days: list[tuple[int, int]], events: dict[int, int]) -> Path:
    """Job-days whose CPU is the day and whose memory is the job."""
    job_day = np.array(days)
    series = np.repeat(job_day[:, ::-1].astype(np.float32)[:, None], 288, axis=1)
    np.savez(folder / "gcd_job_days.npz", cpu_mem=series, job_day=job_day)
    table = pd.DataFrame({"job_id": list(events), "last_event": list(events.values()), "sched_class": 2})
    table.to_csv(folder / "job_metadata.csv", index=False)
    return folder


def test_the_real_jobs(shared_data):
    """251 jobs: 186 still running at the end, 61 killed, 4 failed; whole days, up to ten."""
    folder = shared_data / "gcut" / "job_days"
    jobs = gcut_jobs.load(folder)
    assert jobs.metadata["end event type"].value_counts().to_dict() == {"running": 186, "KILL": 61, "FAIL": 4}
    assert set(jobs.lengths // 288) == set(range(1, 11)) and (jobs.lengths % 288 == 0).all()
    with np.load(folder / "gcd_job_days.npz") as archive:
        first = archive["cpu_mem"][archive["job_day"][:, 0] == archive["job_day"][0, 0]]
    np.testing.assert_array_equal(jobs.measurements[0, : first.shape[0] * 288], first.reshape(-1, 2))
    assert len(gcut_jobs.load(folder, samples=20, seed=1)) == 20


def test_the_longest_run_of_days(tmp_path):
    """Of the days 1, 3, 4, 6, 7 the run 3, 4 is as long as 6, 7 and comes first; rows may be in any order."""
    jobs = gcut_jobs.load(write(tmp_path, [(5, 7), (5, 4), (5, 1), (5, 6), (5, 3), (9, 2)], {5: 5, 9: 1}))
    assert jobs.lengths.tolist() == [576, 288]
    assert jobs.measurement("CPU rate")[0, [0, 288]].tolist() == [3, 4]
    assert jobs.metadata["end event type"].tolist() == ["KILL", "running"]


def test_what_is_there_twice_is_named(tmp_path):
    with pytest.raises(
        ValueError, match=r"gcd_job_days\.npz: rows 1 and 3 of job_day are both job 5, day 2; delete one"
    ):
        gcut_jobs.load(write(tmp_path, [(9, 1), (5, 2), (5, 1), (5, 2)], {5: 5, 9: 1}))
    folder = write(tmp_path, [(9, 1)], {5: 5, 9: 1})
    with open(folder / "job_metadata.csv", "a") as file:
        file.write("5,1,3\n")
    with pytest.raises(ValueError, match=r"job_metadata\.csv: lines 2 and 4: job 5 is there twice; delete one"):
        gcut_jobs.load(folder)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("5,1,9", "line 3, column sched_class: 9 is no scheduling class, which are"),
        ("5,,2", "line 3, column last_event:  is no last event"),
        ("5.5,1,2", "line 3, column job_id: 5.5 is no job"),
        ("", "line 3, column job_id:  is no job"),
        ("99999999999999999999,1,2", "line 3, column job_id: 99999999999999999999 is no job"),
        ("5,1,2,7,8", "job_metadata.csv: cannot be read"),
        ('5,1,"', "job_metadata.csv: cannot be read"),
    ],
)
def test_a_line_of_the_metadata_that_is_wrong_is_named(line, told, tmp_path):
    folder = write(tmp_path, [(9, 1)], {9: 1})
    with open(folder / "job_metadata.csv", "a") as file:
        file.write(f"{line}\n5,1,2\n")
    with pytest.raises(ValueError) as caught:
        gcut_jobs.load(folder)
    assert told in str(caught.value) and str(folder / "job_metadata.csv") in str(caught.value)


@pytest.mark.parametrize("value", [-1, np.nan, np.inf, 1e300], ids=repr)
def test_use_that_is_no_number_from_0_on_is_named(value, tmp_path):
    folder = write(tmp_path, [(5, 1), (5, 2)], {5: 5})
    series = np.ones((2, 288, 2))
    series[1, 7, 0] = value
    np.savez(folder / "gcd_job_days.npz", cpu_mem=series, job_day=np.array([[5, 1], [5, 2]]))
    with pytest.raises(ValueError, match=r"gcd_job_days\.npz: row 1: job 5, day 2 has use that is no number"):
        gcut_jobs.load(folder)


def test_bad_input(tmp_path):
    with pytest.raises(ValueError, match=r"name its folder by data="):
        gcut_jobs.load()
    with pytest.raises(FileNotFoundError, match=r"gcd_job_days\.npz"):
        gcut_jobs.load(tmp_path)
    with pytest.raises(ValueError, match=r"job_metadata\.csv: job 9 has no row"):
        gcut_jobs.load(write(tmp_path, [(5, 1), (9, 2)], {5: 5}))
    with pytest.raises(ValueError, match="line 2, column last_event: 8 is no last event"):
        gcut_jobs.load(write(tmp_path, [(5, 1)], {5: 8}))
    with pytest.raises(ValueError, match="job 5, day 11 is not one of 10 days"):
        gcut_jobs.load(write(tmp_path, [(5, 11)], {5: 5}))
    np.savez(tmp_path / "gcd_job_days.npz", cpu_mem=np.array([None]), job_day=np.array([[1, 1]]))
    with pytest.raises(ValueError, match="cpu_mem is an array of Python objects"):
        gcut_jobs.load(tmp_path)
