"""One task, with its reports, its evidence and its history."""
