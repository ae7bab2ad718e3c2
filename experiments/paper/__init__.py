"""The paper: its numbers, its artifacts and the runs that each of them needs."""
