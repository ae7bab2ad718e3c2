# %% [markdown]
# # Figure 20 (Appendix C): the CDF of the total bandwidth of DSL and of cable homes, MBA; Table 2 in a picture
#
# The paper: most baselines know that cable homes use more than DSL homes; DoppelGANger's distributions are the
# closest.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure20` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure20
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure20")

# %%
frame = figure20.compute(made)
frame.head(20)

# %%
Markdown(page("figure20", frame, made))

# %%
figure20.render(frame)

# %% [markdown]
# ## What we see
#
# On the authors' real MBA file (`results/mba-real/`; 600 homes, five seeds, 6,000 batches) the released DoppelGANger
# is closest in both panels: 1.9 GB for DSL and 1.7 for cable, where AR has 2.0 and 3.1. This agrees with the paper.
# With auto-normalization and auxiliary discriminator DoppelGANger has 1.9 and 4.2, and is behind AR for cable. AR,
# the RNN and both DoppelGANgers know with every seed that cable homes use more; the HMM gives both technologies about
# the same. The seeds differ widely (released, cable: 0.9 to 4.1), and the bootstrap (0.9 and 0.7) is closer than
# every model.
