# %% [markdown]
# # Figure 22 (Appendix C): three generated samples and their nearest training samples, GCUT
#
# The paper: generated samples differ from their nearest training samples: DoppelGANger does not memorise.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure22` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure22
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure22")

# %%
frame = figure22.compute(made)
frame.head(20)

# %%
Markdown(page("figure22", frame, made))

# %%
figure22.render(frame)

# %% [markdown]
# ## What we see
#
# On 126 real job-days (`results/gcut_jobs-real/`, three seeds, 1,000 batches) a DoppelGANger sample is nearer to the
# training samples than a held-out sample with a probability of 0.39 (0.34 to 0.42), as released 0.41. A held-out
# sample has 0.5 and a copy 1, which the bootstrap has. So nothing points to memorisation, as the paper says; this
# holds. The main caveat is that the generated jobs are farther from every training job than real ones are (median
# square error 0.0020, held-out 0.0008), so a low number alone does not mean a good model.
