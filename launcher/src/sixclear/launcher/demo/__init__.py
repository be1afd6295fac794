"""The demonstration: published figures turned into records, posted through the public HTTP API like any client's."""
