"""Which organisations there are, as `tasks` publishes them: who is named in a request must be one of them."""
