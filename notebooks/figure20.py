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
# On the authors' real MBA file (`results/mba-real/`; 600 homes, five seeds, 6,000 batches) DoppelGANger lies on the
# real curve for cable homes (1.36 GB, AR 3.02), which agrees with the paper by the rule. For DSL AR, DoppelGANger as
# released and DoppelGANger are 1.95, 1.97 and 2.22 away, too near to each other to tell. The naive GAN's curve is a
# mixture of nothing and far too much. A Gaussian is close for cable (2.69) and far for DSL (9.37). The bootstrap (0.86
# and 1.16) is closer than every model, and series with random phases (1.54 and 1.32) are not farther than DoppelGANger.
