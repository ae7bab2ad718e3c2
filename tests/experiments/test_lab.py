"""`make lab`: a real server, on a free port, whose kernels find the packages."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from jupyter_client import BlockingKernelClient

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds; an idle machine needs six


def environment() -> dict[str, str]:
    """What a person's shell has: nothing of the make that runs the tests."""
    own = {"PYTHONPATH", "DATA", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}
    return {name: value for name, value in os.environ.items() if name not in own}


def test_it_opens_the_notebooks_with_the_path():
    command = ["make", "-n", "lab", f"READY={ROOT}", "ARGS=--port=1"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment()).stdout
    assert told.rstrip().endswith("jupyter lab --LabApp.default_url=/lab/tree/notebooks --port=1")
    assert "export PYTHONPATH := $(CURDIR)" in (ROOT / "Makefile").read_text()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server that make has started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--no-browser --allow-root --port={port} --ServerApp.port_retries=0 --IdentityProvider.token=open"
    (tmp_path / "ready").touch()  # newer than requirements.lock, so that no environment is made
    command = ["make", "-s", "lab", f"READY={tmp_path / 'ready'}", f"BIN={Path(sys.executable).parent}"]
    places = {"JUPYTER_RUNTIME_DIR": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path), "HOME": str(tmp_path)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, f"ARGS={options}"], cwd=ROOT, env=environment() | places, stdout=log, stderr=log
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        subprocess.run(
            [sys.executable, "-m", "jupyter_server", "stop", str(port)], env=environment() | places, check=False
        )
        process.wait(timeout=PATIENCE)


def asked(address: str, method: str = "GET") -> Any:
    with urlopen(Request(address, method=method, headers={"Authorization": "token open"}), timeout=PATIENCE) as answer:
        return json.load(answer)


@pytest.mark.slow
def test_its_kernels_import_the_packages(server, tmp_path):
    began = time.monotonic()
    while True:
        try:
            status = asked(f"{server}/api/status")
            break
        except URLError:
            assert time.monotonic() - began < PATIENCE, (tmp_path / "log").read_text()
            time.sleep(0.5)
    assert status["kernels"] == 0
    listed = {entry["name"] for entry in asked(f"{server}/api/contents/notebooks")["content"]}
    assert {"story1_fidelity.ipynb", "table3.ipynb"} <= listed
    started = asked(f"{server}/api/kernels", "POST")
    client = BlockingKernelClient(connection_file=str(tmp_path / f"kernel-{started['id']}.json"))
    client.load_connection_file()
    client.start_channels()
    client.wait_for_ready(timeout=PATIENCE)  # what a kernel says before that is lost
    shown: list[str] = []
    client.execute_interactive(
        "import dg, experiments; print(dg.__file__)",
        timeout=PATIENCE,
        output_hook=lambda message: shown.append(str(message["content"])),
    )
    client.stop_channels()
    assert str(ROOT / "dg" / "__init__.py") in "".join(shown)
