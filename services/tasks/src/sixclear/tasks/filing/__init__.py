"""A filing: what a body owes a programme as its report on a week, a month, a quarter or a year."""
