# %% [markdown]
# # Figure 26: ranking of regressors (Appendix D)
#
# Is the best regressor on generated pages the best on real ones?
# `SCALE` and `DATA` of the environment choose the scale and real data in the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure26
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure26", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure26.compute(made)
frame.head(20)

# %%
Markdown(figure26.table(frame))

# %%
print(summary(made))
figure26.render(frame)
