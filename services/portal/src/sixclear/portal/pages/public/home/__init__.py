"""The home page: the state of delivery, now or at the end of a day of the past."""
