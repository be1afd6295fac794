"""Use cases of expert review: assigned by the hub, given by experts, decided by who handles the case."""
