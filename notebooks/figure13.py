# %% [markdown]
# # Figure 13: event-type prediction (§5.2)
#
# Do classifiers that are trained on generated tasks work on real ones?
# `SCALE` and `DATA` of the environment choose the scale and real data in the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure13
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure13", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure13.compute(made)
frame.head(20)

# %%
Markdown(figure13.table(frame))

# %%
print(summary(made))
figure13.render(frame)
