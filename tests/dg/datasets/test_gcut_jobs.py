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


def test_bad_input(tmp_path):
    with pytest.raises(ValueError, match=r"name its folder by data="):
        gcut_jobs.load()
    with pytest.raises(FileNotFoundError, match=r"gcd_job_days\.npz"):
        gcut_jobs.load(tmp_path)
    with pytest.raises(ValueError, match=r"job_metadata\.csv: job 9 has no row"):
        gcut_jobs.load(write(tmp_path, [(5, 1), (9, 2)], {5: 5}))
    with pytest.raises(ValueError, match="line 2: 8 is no last event"):
        gcut_jobs.load(write(tmp_path, [(5, 1)], {5: 8}))
    with pytest.raises(ValueError, match="job 5, day 11 is not one of 10 days"):
        gcut_jobs.load(write(tmp_path, [(5, 11)], {5: 5}))
    np.savez(tmp_path / "gcd_job_days.npz", cpu_mem=np.array([None]), job_day=np.array([[1, 1]]))
    with pytest.raises(ValueError, match="cannot be read"):
        gcut_jobs.load(tmp_path)
