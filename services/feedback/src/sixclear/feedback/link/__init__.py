"""Which cases are of one need, as handlers decided: each keeps its receipt, its clock and its answer."""
