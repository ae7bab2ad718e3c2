"""How fast the code is, measured on this machine: `make speed`, or `python -m benchmarks.speed.<name>`."""
