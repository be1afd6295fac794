"""Every metric of submissions."""

from prometheus_client import Counter

SUBMISSIONS = Counter("sixclear_feedback_submissions_total", "Submissions taken in, by kind.", ["kind"])
TURNED_AWAY = Counter(
    "sixclear_feedback_turned_away_total", "Complaints and denunciations that were sent another way.", ["kind"]
)
SUBMISSIONS_LIMITED = Counter(
    "sixclear_feedback_submissions_limited_total", "Submissions that were refused because one address sent too many."
)
CONTACTS_READ = Counter("sixclear_feedback_contacts_read_total", "Reads of contact data; each is in the access log.")
