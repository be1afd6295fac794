"""The documents of an entry's dossier: those that are there, those that are missing, those that were replaced."""
