"""Every metric of files of cases."""

from prometheus_client import Counter, Gauge

ATTACHMENTS = Counter("sixclear_feedback_attachments_total", "Files sent to cases by what became of them.", ["outcome"])
ATTACHMENTS_HELD = Gauge("sixclear_feedback_attachments_held", "Files that wait until the scanner has looked at them.")
