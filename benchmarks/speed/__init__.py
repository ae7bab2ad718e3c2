"""How fast we are, measured on the machine at hand: `make speed`, or `python -m benchmarks.speed.<name>`."""
