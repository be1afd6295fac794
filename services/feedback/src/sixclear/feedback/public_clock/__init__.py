"""What everyone reads of the clock of a released case, and of what was promised: days alone, told once a day."""
