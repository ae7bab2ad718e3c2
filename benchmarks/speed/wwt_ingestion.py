"""How much time and memory `dg.datasets.wwt.load` takes for a file of the published size.

    python -m benchmarks.speed.wwt_ingestion

Writes 145,063 pages × 550 days (276 MB) into a temporary folder, plain, in gzip and in zip, and reads each in a process
of its own. Aim: under 20 s and 4 GB on two cores. Measured on two cores under a load of 5: plain 9.1 s,
gzip 9.8 s, zip 10.4 s, each with a peak of 1.23 GiB; the plain file takes 4 s of processor time.
"""

from __future__ import annotations

import gzip
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from dg.datasets import wwt
from dg.schema import Categorical

PAGES = 145_063
INCOMPLETE = 0.19  # share of the pages that miss days, as in the published file


def write(path: Path, pages: int = PAGES, seed: int = 0) -> None:
    """A file in the published layout: quoted titles, underscores in titles, days missing at the start and between."""
    rng = np.random.default_rng(seed)
    days = wwt.SCHEMA.max_length
    values = [field.values for field in wwt.SCHEMA.metadata if isinstance(field, Categorical)]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(("Page", *(str(date(2015, 7, 1) + timedelta(days=i)) for i in range(days)))) + "\n")
        for page in range(pages):
            views = rng.poisson(rng.lognormal(5.0, 2.1) * rng.gamma(4, 0.25, days)).astype(str)
            if rng.random() < INCOMPLETE:
                views[: rng.integers(days)] = ""
                views[rng.random(days) < 0.1] = ""
            title = f'"Zäpfchen, ""{page}""' if page % 400 == 0 else f"Title_of_page_{page}"
            parts = "_".join(rng.choice(options) for options in values)
            quote = '"' if title.startswith('"') else ""
            file.write(f"{title}_{parts}{quote},{','.join(views)}\n")


def measure(path: Path) -> None:
    """Reads the file and prints the seconds and the peak memory of this process."""
    start = time.perf_counter()
    dataset = wwt.load(path)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{path.name:16} {path.stat().st_size / 1e6:4.0f} MB  {len(dataset)} pages  {seconds:5.1f} s  {peak:.2f} GiB")


def main() -> None:
    """Writes the three files and measures each in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "train_1.csv"
        write(plain)
        packed = plain.with_suffix(".csv.gz")
        packed.write_bytes(gzip.compress(plain.read_bytes(), compresslevel=6))
        zipped = plain.with_suffix(".csv.zip")
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, plain.name)
        for path in (plain, packed, zipped):
            subprocess.run([sys.executable, "-m", "benchmarks.speed.wwt_ingestion", str(path)], check=True)


if __name__ == "__main__":
    measure(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
