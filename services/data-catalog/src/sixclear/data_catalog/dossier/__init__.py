"""Dossiers as data: which registrations wait, for whom, since when, and what each lacks."""
