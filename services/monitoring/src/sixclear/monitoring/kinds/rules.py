"""The rules of `projection`, as SQL: for counting what was true at an instant, and for checking the fold.

Each fragment is one expression over a row `h` of facts at the instant `:at`. Tests hold both forms against each other.
"""

_CIVIL = "AT TIME ZONE 'Asia/Ho_Chi_Minh'"

TASK_BUCKET = """
CASE
    WHEN h.status IS NULL OR h.status IN ('draft', 'proposed', 'cancelled') THEN NULL
    WHEN h.kind = 'recurring' THEN 'recurring'
    WHEN h.status = 'completed' THEN 'completed'
    WHEN h.deadline < :at THEN 'overdue'
    ELSE 'in_term'
END
"""
TASK_BOUNDARY = """
CASE
    WHEN h.status IS NULL OR h.kind = 'recurring' THEN NULL
    WHEN h.status IN ('draft', 'proposed', 'cancelled', 'completed') THEN NULL
    WHEN h.deadline >= :at THEN h.deadline
END
"""
# How the clocks of a submission stand; a sealed one has them too, but no bucket: no counter has it.
SUBMISSION_CLOCK = """
CASE
    WHEN h.status IS NULL THEN NULL
    WHEN h.status IN ('answered', 'withdrawn') THEN h.status
    WHEN h.due_at < :at THEN 'overdue'
    WHEN h.due_soon_at < :at THEN 'due_soon'
    ELSE 'in_time'
END
"""
SUBMISSION_BUCKET = f"CASE WHEN h.visibility = 'sealed' THEN NULL ELSE {SUBMISSION_CLOCK} END"
SUBMISSION_BOUNDARY = """
CASE
    WHEN h.status IS NULL OR h.visibility = 'sealed' OR h.status IN ('answered', 'withdrawn') THEN NULL
    ELSE least(
        CASE WHEN h.due_soon_at >= :at THEN h.due_soon_at END,
        CASE WHEN h.due_at >= :at THEN h.due_at END)
END
"""
# Counted as at an instant later than `:at`: by a clock that ran ahead. Each arm has an index.
TASK_AHEAD = "(h.bucket = 'overdue' AND h.deadline >= :at)"
SUBMISSION_AHEAD = """
((h.bucket = 'overdue' AND h.due_at >= :at) OR (h.bucket = 'due_soon' AND h.due_soon_at >= :at))
"""
ENTRY_BUCKET = "CASE WHEN h.stage IS NOT NULL THEN 'listed' END"

# Rows `(measure, slot)` of a counted row `h` that has its `bucket`.
TASK_CELLS = f"""
(VALUES
    ('task', ''),
    ('task_bucket', CASE WHEN h.bucket IN ('in_term', 'overdue')
        THEN h.bucket || ':' || coalesce(to_char(h.deadline {_CIVIL}, 'YYYY'), '') ELSE h.bucket END),
    ('task_demonstration', CASE WHEN h.demonstration THEN '' END)
)
"""
SUBMISSION_CELLS = """
(VALUES
    ('feedback', ''), ('feedback_clock', h.bucket), ('feedback_demonstration', CASE WHEN h.demonstration THEN '' END)
)
"""
ENTRY_CELLS = """
(
    SELECT measure, slot FROM unnest(h.lists) AS name CROSS JOIN LATERAL (VALUES
        ('database', name), ('database_stage', name || '/' || h.stage),
        ('database_at_risk', CASE WHEN h.risk = 'high' AND h.stage <> 'retire' THEN name END)) AS c(measure, slot)
    UNION ALL SELECT 'database_not_approved', coalesce(CAST(h.organisation_id AS text), '')
        WHERE h.registration IN ('submitted', 'returned') AND h.kind = 'database' AND h.stage <> 'retire'
    UNION ALL SELECT 'database_demonstration', '' WHERE h.demonstration
)
"""
REPORT_DAY = f"to_char(h.occurred_at {_CIVIL}, 'YYYY-MM-DD')"

# The dimensions that a kind does not have are empty.
TASK_DIMENSIONS = "coalesce(h.programme, '') AS programme, coalesce(h.assigned_by, '') AS assigned_by"
SUBMISSION_DIMENSIONS = "coalesce(h.programme, '') AS programme, '' AS assigned_by"
ENTRY_DIMENSIONS = "'' AS programme, '' AS assigned_by"
