"""Traces for operators where no collector is at hand: taken in, kept in bounds, shown as a waterfall."""
