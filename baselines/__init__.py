"""The competitors of §5.1.2 and two controls. Importing this makes them known to `dg.load`."""

from baselines.ar import AR
from baselines.bootstrap import Bootstrap
from baselines.hmm import HMM
from baselines.market_simulator import MarketSimulator
from baselines.naive_gan import NaiveGAN
from baselines.rcgan import RCGAN
from baselines.rnn import RNN
from baselines.shuffled import Shuffled
from baselines.timegan import TimeGAN

__all__ = ["AR", "HMM", "RCGAN", "RNN", "Bootstrap", "MarketSimulator", "NaiveGAN", "Shuffled", "TimeGAN"]
