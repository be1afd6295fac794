"""Every metric of submissions."""

from prometheus_client import Counter, Gauge

HELD = Gauge("sixclear_feedback_held", "Submissions that are held as possible spam.")
RELEASED = Counter(
    "sixclear_feedback_released_total",
    "Submissions that were held and are no longer, by a `person` or by `time`.",
    ["by"],
)
SUBMISSIONS = Counter("sixclear_feedback_submissions_total", "Submissions taken in, by kind.", ["kind"])
TURNED_AWAY = Counter(
    "sixclear_feedback_turned_away_total", "Complaints and denunciations that were sent another way.", ["kind"]
)
SUBMISSIONS_LIMITED = Counter(
    "sixclear_feedback_submissions_limited_total", "Submissions that were refused because one address sent too many."
)
CONTACTS_READ = Counter("sixclear_feedback_contacts_read_total", "Reads of contact data; each is in the access log.")
DUE_MOVED = Counter(
    "sixclear_feedback_due_moved_total", "Open cases whose due time a newer edition of the calendar moved."
)
PAUSES = Counter("sixclear_feedback_pauses_total", "Times that the clock of a case was stopped to ask its sender.")
ESCALATIONS = Counter("sixclear_feedback_escalations_total", "Overdue cases told one rung higher, by rung.", ["rung"])
NO_ANSWERS = Counter(
    "sixclear_feedback_no_answers_total", "Statements that a case had no answer by its due time, one for each due time."
)
HOURS_WAITING = Gauge(
    "sixclear_feedback_unpublished_oldest_seconds",
    "How long the oldest event that only tells its hour has waited since a minute after that hour; else 0.",
)
CALENDAR_LEFT = Gauge(
    "sixclear_feedback_calendar_left_seconds", "Time until the end of the published calendar; below 0 past its end."
)
