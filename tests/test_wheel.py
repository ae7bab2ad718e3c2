"""`pip install .`: a wheel with the four packages and conf, installed into an empty environment and used elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from dg import __version__

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]
PACKED = ("dg", "baselines", "benchmarks", "experiments", "conf")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints that knows nothing of the repository."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=CLEAN, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tracked: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the tracked files, without a network."""
    tree = tmp_path_factory.mktemp("source")
    for name in tracked:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "wheel", *offline, "-w", tree / "made", ".", cwd=tree)
    (made,) = (tree / "made").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel alone; what it depends on comes from the running environment."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment)
    python = environment / "bin" / "python"
    quiet = ["--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "--python", python, "install", *quiet, wheel, cwd=environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin"


def test_the_wheel_holds_the_packages_and_conf_and_nothing_else(wheel: Path, tracked: list[str]):
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
    assert names == {name for name in tracked if name.partition("/")[0] in PACKED}
    assert wheel.name.startswith(f"doppelganger_harness-{__version__}-")


def test_its_packages_are_found_from_anywhere(installed: Path, tmp_path: Path):
    names = [name for name in PACKED if name != "conf"]
    code = f"from importlib.util import find_spec; print(*[find_spec(name).origin for name in {names}], sep='\\n')"
    found = [Path(line) for line in run(installed / "python", "-c", code, cwd=tmp_path).splitlines()]
    assert [file.parent.name for file in found] == names
    assert all(file.is_relative_to(installed.parent) for file in found)


def test_the_command_dg_draws_a_table_in_any_folder(installed: Path, tmp_path: Path):
    assert "dg generate generator=" in run(installed / "dg", "--help", cwd=tmp_path)
    assert "needed: " in run(installed / "dg", "generate", "--help", cwd=tmp_path)
    shutil.copy(ROOT / "tests" / "dg" / "models" / "format2.dg", tmp_path / "model.dg")
    run(installed / "dg", "generate", "generator=model.dg", "out=made.parquet", "n=7", cwd=tmp_path)
    made = pd.read_parquet(tmp_path / "made.parquet")
    assert list(made) == ["sample", "record", "region", "price", "load", "visits"] and made["sample"].nunique() == 7
    assert sorted(file.name for file in tmp_path.iterdir()) == ["made.parquet", "model.dg"]
