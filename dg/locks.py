"""One process at a time makes what others wait for."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)


class Busy(Exception):
    """Another process holds the lock."""


@contextmanager
def held(file: Path, made: Path, *, wait: bool = True) -> Iterator[None]:
    """Holds a lock, a file that is there as long; a process that died holds none.

    made: what the log says the process that holds it is making, if there is one to wait for
    wait: False raises Busy instead of waiting for that process
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not wait:
            raise Busy(f"{made} is being made by {_holder(file)}") from None
        log.warning("%s is being made by %s; waiting for it", made, _holder(file))
        lock.acquire()
    try:
        file.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        yield
    finally:
        file.unlink(missing_ok=True)  # before others may hold it: they see that it is gone, and make another
        lock.release()


def _holder(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8") or "another process"
    except OSError:
        return "another process"
