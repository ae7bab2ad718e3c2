# %% [markdown]
# # Figure 23 (Appendix C): three generated samples and their nearest training samples, MBA
#
# The paper: generated samples differ from their nearest training samples: DoppelGANger does not memorise.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure23` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure23
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure23")

# %%
frame = figure23.compute(made)
frame.head(20)

# %%
Markdown(page("figure23", frame, made))

# %%
figure23.render(frame)

# %% [markdown]
# ## What we see
#
# On 300 real homes (`results/mba-real/`; five seeds, 6,000 batches) DoppelGANger's homes are nearer to training than
# held-out homes with a probability of 0.515 (0.506 to 0.522), where 0.5 is a held-out sample and the bootstrap has 1:
# hardly a sign of memorisation, as the paper claims. As released for MBA it has 0.421, and the seeds range from 0.314
# to 0.541, so one seed alone says little.
