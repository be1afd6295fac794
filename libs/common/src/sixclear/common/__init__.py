"""What all services share: the log, the bus, the web edge, identity, telemetry. No domain noun lives here."""
