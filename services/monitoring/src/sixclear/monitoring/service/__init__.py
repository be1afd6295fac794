"""Use cases of monitoring: fold what happened, follow the clock, answer with figures."""
