"""Downstream tasks (§5.2): how well predictors trained on synthetic data do on real data."""
