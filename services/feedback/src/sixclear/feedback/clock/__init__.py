"""The clocks of a case over HTTP: read, stopped while the sender completes, moved by decision."""
