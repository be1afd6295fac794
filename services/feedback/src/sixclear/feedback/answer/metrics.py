"""Every metric of answers."""

from prometheus_client import Counter

ANSWERS = Counter("sixclear_feedback_answers_total", "Published answers, in time or late.", ["timeliness"])
