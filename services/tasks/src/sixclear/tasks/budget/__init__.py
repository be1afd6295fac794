"""Money of tasks and programmes: lines by body, year and source, with what each stage came to."""
