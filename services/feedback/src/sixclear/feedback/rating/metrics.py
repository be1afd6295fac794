"""Every metric of ratings."""

from prometheus_client import Counter

RATINGS = Counter("sixclear_feedback_ratings_total", "Answers that their senders rated.", ["rating"])
RATING_REMINDERS = Counter("sixclear_feedback_rating_reminders_total", "Senders who were asked once more for a rating.")
