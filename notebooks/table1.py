# %% [markdown]
# # Table 1: what makes each dataset hard (§5)
#
# Read off the schemas and a few simulated samples; nothing is trained.

# %%
import os

from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import table1

made = runs("table1", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = table1.compute(made)
frame.head(20)

# %%
Markdown(f"{table1.render(frame)}\n\n{summary(made)}")
