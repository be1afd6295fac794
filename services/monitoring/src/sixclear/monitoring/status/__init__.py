"""The live status: figures of now or of a past instant."""
