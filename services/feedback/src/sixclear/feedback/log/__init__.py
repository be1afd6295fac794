"""The log as programs of handling bodies read it: the events of their own cases."""
