"""Fixtures and fakes shipped as code: real PostgreSQL, real Kafka, and waiting without sleeping."""
