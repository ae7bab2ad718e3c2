"""Simulators of the three datasets: the embedded default in place of the real data, one file each."""
