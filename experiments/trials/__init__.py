"""Trials: what a search varies, the study that chooses and prunes, its page."""
