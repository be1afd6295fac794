"""The registration of an entry: its dossier is completed, handed in, returned and approved."""
