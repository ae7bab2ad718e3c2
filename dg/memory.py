"""How this process holds its memory, and how much it may still take."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def keep_large_buffers() -> None:
    """Tells glibc to keep freed buffers for the next batch; other C libraries are left as they are.

    By default glibc returns every large buffer (an LSTM's are 35 MB) to the system, which must then clear new pages.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 2**30)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def available() -> int:
    """Bytes that this process may still take: what is free on the machine, and in its control group if it has one."""
    try:
        free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return sys.maxsize
    found = re.search(r"MemAvailable:\s*(\d+) kB", _text("/proc/meminfo"))
    free = int(found[1]) * 1024 if found else free
    limit, used = (
        _text("/sys/fs/cgroup/memory.max"),
        re.search(r"^anon (\d+)", _text("/sys/fs/cgroup/memory.stat"), re.M),
    )
    return min(free, int(limit) - int(used[1])) if limit.strip().isdigit() and used else free


def _text(file: str) -> str:
    try:
        return Path(file).read_text()
    except OSError:
        return ""
