# %% [markdown]
# # Figure 18: task durations, all models (Appendix C)
#
# Of all models that generate lengths. `SCALE` and `DATA` of the environment choose the scale and real data in the
# simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure18
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure18", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure18.compute(made)
frame.head(20)

# %%
Markdown(figure18.table(frame))

# %%
print(summary(made))
figure18.render(frame)
