"""DoppelGANger, the model of the paper (§4)."""

from dg.doppelganger.module import DoppelGANger

__all__ = ["DoppelGANger"]
