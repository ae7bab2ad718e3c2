"""All tests: one torch thread, reproducible examples, and every shape annotation of dg and baselines checked."""

from __future__ import annotations

import torch
from hypothesis import settings
from jaxtyping import install_import_hook

install_import_hook(["dg", "baselines"], "beartype.beartype")
torch.set_num_threads(1)
settings.register_profile("house", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("house")
