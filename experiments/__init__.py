"""Turns runs into the tables and figures of the paper; Hydra and W&B live here and nowhere else."""
