"""A grid by a launcher of Hydra: what is missing of it is launched, and what then is not there has failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from experiments.paper.grid import cells, checked
from experiments.runs.attempt import reason_of
from experiments.runs.devices import at_once
from experiments.runs.plan import plan
from experiments.runs.run import Run
from experiments.runs.side_by_side import left_to_others, refuse_unfinished, unfinished

log = logging.getLogger(__name__)


def sweep(overrides: Sequence[str], launch: Callable[[Sequence[Sequence[str]]], None]) -> None:
    """Makes the runs of a sweep that are missing, a job each, or prints its plan (plan=true).

    Launchers say of failed jobs that they are completed, or stop at the first: what counts are the runs that are there.
    Cells that another command is making are waited for at the end, and launched again where it did not finish them.
    Raises ValueError at the end that lists the others with their reasons; before anything is launched where nothing is
    swept, where a value is wrong, or where the launcher says that it can launch nothing.
    """
    whole = cells(overrides)
    if not whole:
        raise ValueError(
            "nothing is swept: name values, e.g. model=ar,rnn, or an experiment that trains; a single run has no -m"
        )
    configs = checked([cell.config for cell in whole])
    if configs[0].plan:
        together = at_once(configs[0].trainer.accelerator, configs[0].cells_a_device)
        print(plan("sweep", configs, jobs=together))
        return
    jobs = {Run.of(cell.config).folder: cell.overrides for cell in whole}
    left = unfinished(configs)
    log.info("%d of %d cells are there", len(configs) - len(left), len(configs))
    stop = "its job left no word; the launcher's log may have one"
    try:
        while left:
            launch([jobs[Run.of(config).folder] for config in left])
            left = left_to_others(left)
    except ValueError:
        raise
    except Exception as error:  # of the launcher: no run raises one
        stop = f"the launcher stopped: {reason_of(error)}"
    refuse_unfinished(configs, stop)
