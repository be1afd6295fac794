"""A value: what a body supplied for an indicator and a period, reviewed by another one."""
