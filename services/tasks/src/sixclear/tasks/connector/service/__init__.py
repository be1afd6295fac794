"""Connectors: kept, asked for deliveries, and their deliveries sent."""
