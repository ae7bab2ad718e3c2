# %% [markdown]
# # Augmentation, beyond the paper: do predictors do better with real and generated samples (A + B) than with A alone?
#
# The paper: nothing: it names the augmentation of data as a use of GANs (§1) and does not measure it.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-augmentation` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import augmentation

made = runs("augmentation")

# %%
frame = augmentation.compute(made)
frame.head(20)

# %%
Markdown(page("augmentation", frame, made))

# %% [markdown]
# ## What we see
#
# On 1,506 real pages (`results/wwt-real/`; two seeds, 5,000 batches) generated pages beside the real ones raise the
# R² of the five-layer MLP by 0.02 to 0.04, whichever model made them. DoppelGANger's raise that of linear regression
# by 0.03, but pages shuffled in time by 0.06, so generated pages act as regularisers rather than as new data. The
# other two predictors gain next to nothing. On 126 real job-days (`results/gcut_jobs-real/`; three seeds, 1,000
# batches) DoppelGANger's samples lower the accuracy of four of five classifiers (by 0.05 to 0.08 in the median), and
# the balanced accuracy of these too (by 0.07 to 0.16). The paper names augmentation as a use of GANs and does not
# measure it, so there is no number to agree with.
