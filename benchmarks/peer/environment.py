"""The peer's environment, which is made once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".peer"
PEER = "gretel-synthetics==0.22.20"
REQUIREMENTS = (  # what its DGAN imports, in the versions that it requires; torch is ours, to compare like with like
    f"torch=={version('torch').split('+')[0]}",
    "numpy==1.23.5",
    "pandas==1.5.3",
    "scipy==1.10.1",
    "scikit-learn==1.2.2",
    "category-encoders==2.4.0",
    "smart_open==7.0.4",
    "tqdm",
)


SETTINGS = {  # of its DGANConfig: the paper's rates, auto-normalization and auxiliary discriminator
    "apply_feature_scaling": True,
    "apply_example_scaling": True,
    "use_attribute_discriminator": True,
    "generator_learning_rate": 1e-3,
    "discriminator_learning_rate": 1e-3,
    "attribute_discriminator_learning_rate": 1e-3,
    "cuda": False,
}


class PeerUnavailable(RuntimeError):
    """The peer cannot be installed or started here."""


def python() -> Path:
    """The interpreter of the peer's environment, which is made once."""
    ready = ENVIRONMENT / "ready"
    interpreter = ENVIRONMENT / "bin" / "python"
    if not ready.exists():
        print(f"installing {PEER} in {ENVIRONMENT.name}/ (once; some minutes)", file=sys.stderr)
        pip = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try:
            venv.create(ENVIRONMENT, clear=True, with_pip=True)
            subprocess.run([*pip, *REQUIREMENTS], check=True, capture_output=True, text=True)
            subprocess.run([*pip, "--no-deps", PEER], check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            reasons = [line for line in (error.stderr or "").splitlines() if line.startswith("ERROR")]
            raise PeerUnavailable(f"{PEER} cannot be installed: {(reasons or [str(error)])[-1]}") from error
        ready.touch()
    return interpreter
