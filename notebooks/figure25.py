# %% [markdown]
# # Figure 25: ranking of classifiers (Appendix D)
#
# Is the best classifier on generated tasks the best on real ones?
# `SCALE` and `DATA` of the environment choose the scale and real data in the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure25
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure25", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure25.compute(made)
frame.head(20)

# %%
Markdown(figure25.table(frame))

# %%
print(summary(made))
figure25.render(frame)
