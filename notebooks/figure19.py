# %% [markdown]
# # Figure 19: Wikipedia domains (Appendix C)
#
# How often each occurs, real and generated. `SCALE` and `DATA` of the environment choose the scale and real data in
# the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure19
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure19", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure19.compute(made)
frame.head(20)

# %%
Markdown(figure19.table(frame))

# %%
print(summary(made))
figure19.render(frame)
