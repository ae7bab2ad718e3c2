"""Membership inference (§6.2): was a sample among those that a model was trained on?"""
