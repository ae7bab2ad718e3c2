# %% [markdown]
# # Figure 20: total bandwidth of DSL and cable homes (Appendix C)
#
# The CDFs behind Table 2. `SCALE` and `DATA` of the environment choose the scale and real data in the simulator's
# place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure20
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure20", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure20.compute(made)
frame.head(20)

# %%
Markdown(figure20.table(frame))

# %%
print(summary(made))
figure20.render(frame)
