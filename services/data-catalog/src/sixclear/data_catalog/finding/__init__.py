"""Findings: what is wrong between masters, copies and collectors, computed when it is read."""
