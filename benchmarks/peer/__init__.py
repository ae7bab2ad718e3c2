"""The peer: gretel-synthetics' DGAN, the DoppelGANger that most people install, in an environment of its own."""
