"""What outside supervisors say of tasks, under the name of their body."""
