"""Downstream tasks (§5.2): what predictors that were trained on synthetic data do on real data."""
