"""The bus: one protocol, an in-process back end and a Kafka back end behind the same contract."""
