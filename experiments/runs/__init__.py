"""Runs: one model fitted to one dataset with one seed, made, resumed or found."""
