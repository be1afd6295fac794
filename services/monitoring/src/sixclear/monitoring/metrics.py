"""Every metric of monitoring, one line of meaning each."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS_FOLDED = Counter(
    "sixclear_monitoring_events_folded_total", "Events that were folded into the view.", ("source",)
)
EVENTS_OF_OLD_EPOCHS = Counter(
    "sixclear_monitoring_events_of_old_epochs_total",
    "Events that were ignored because their source was restored since.",
    ("source",),
)
FRESHNESS = Histogram(
    "sixclear_monitoring_freshness_seconds",
    "Time from a source's record of an event to its visibility in the view.",
    ("source",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600),
)
FOLD_DURATION = Histogram(
    "sixclear_monitoring_fold_duration_seconds", "Duration of one fold transaction's work.", ("source",)
)
GAPS_NOTED = Counter(
    "sixclear_monitoring_gaps_noted_total", "Versions found missing, whether or not they came later.", ("source",)
)
GAPS_OPEN = Gauge("sixclear_monitoring_gaps_open", "Versions that are missing now: lost events.", ("source",))
STALENESS = Gauge(
    "sixclear_monitoring_staleness_seconds",
    "Age of the instant up to which a source's view is complete; NaN while that is not known.",
    ("source",),
)
RELAY_SILENT = Gauge(
    "sixclear_monitoring_relay_silent",
    "1 while a source's relay is not heard of, so that what it keeps back is not known.",
    ("source",),
)
CROSSINGS = Counter(
    "sixclear_monitoring_crossings_total",
    "Entities that passed a deadline without an event, back again too.",
    ("kind",),
)
TIMER_LATENESS = Gauge(
    "sixclear_monitoring_timer_lateness_seconds",
    "Age of the oldest deadline that was passed but is not counted as passed yet.",
)
RECONCILE_DIFFERENCES = Gauge(
    "sixclear_monitoring_reconcile_differences", "Differences found by the last comparison of counters with records."
)
CENSUS_DIFFERENCES = Gauge(
    "sixclear_monitoring_census_differences",
    "Counts in which the view and the census of a source differed when they were compared last.",
    ("source",),
)
CENSUS_AGE = Gauge(
    "sixclear_monitoring_census_age_seconds",
    "Age of a source's newest census; of one that has stated none, since this process looks.",
    ("source",),
)
RECONCILE_DURATION = Histogram("sixclear_monitoring_reconcile_duration_seconds", "Duration of one comparison.")
VIEW_SEQUENCE = Gauge("sixclear_monitoring_view_sequence", "Number of the view's last visible change.")
LEADING = Gauge("sixclear_monitoring_leading", "1 while this process writes the view.")
SPANS_KEPT = Counter("sixclear_monitoring_spans_kept_total", "Spans stored for the operators' pages.")
SPANS_DROPPED = Counter(
    "sixclear_monitoring_spans_dropped_total", "Spans dropped because the queue or a trace was full."
)
READINGS_REFUSED = Counter(
    "sixclear_monitoring_large_readings_refused_total", "Large questions that did not get their turn in time (503)."
)
