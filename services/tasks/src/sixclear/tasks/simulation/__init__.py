"""A country of tasks that is made up: to size a machine, and to measure."""
