"""Periods: found, passed by time, followed when their task changes."""
