"""How long what people write is kept: erased when its time is over, never while a clock of the case runs."""
