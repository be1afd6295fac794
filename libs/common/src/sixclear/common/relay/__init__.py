"""The relay: sends a log of events to Kafka in order, and again when the log there was lost."""
