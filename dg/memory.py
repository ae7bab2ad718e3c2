"""How this process holds its memory."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def keep_large_buffers() -> None:
    """Tells glibc to keep freed buffers for the next batch; other C libraries are left as they are.

    By itself it hands every large one (an LSTM's are 35 MB) back to the system, which then clears its pages anew.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 2**30)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
