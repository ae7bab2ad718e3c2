"""The competitors of §5.1.2 and two controls. Importing this makes them known to Generator.load."""

from baselines.ar import AR
from baselines.bootstrap import Bootstrap
from baselines.hmm import HMM
from baselines.naive_gan import NaiveGAN
from baselines.rnn import RNN
from baselines.shuffled import Shuffled

__all__ = ["AR", "HMM", "RNN", "Bootstrap", "NaiveGAN", "Shuffled"]
