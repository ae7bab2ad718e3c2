# %% [markdown]
# # Table 4 (§5.2): how long each model trains on WWT
#
# The paper: DoppelGANger takes 3.4 times as long as the fastest model, naive GAN, and TimeGAN 15.2 times as long as
# it.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-table4` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import table4

made = runs("table4")

# %%
frame = table4.compute(made)
frame.head(20)

# %%
Markdown(page("table4", frame, made))

# %% [markdown]
# ## What we see
#
# On real rows (`results/wwt-real/`, 2,000 batches) AR, the HMM and the naive GAN train fastest, and the RNN takes
# longest, 6 times as long as DoppelGANger. In the paper the naive GAN is the fastest, which fails here, and TimeGAN
# takes longest: that it takes longer than DoppelGANger holds, 3.6 times. The runs had other work beside them; on idle
# cores (`python -m benchmarks.speed.models`) the ratios to DoppelGANger are those of D31.
