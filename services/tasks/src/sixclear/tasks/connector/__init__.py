"""Connectors: a body's reports are sent on to the system of another level, once each, with a receipt."""
