"""Every table of words by its name, as templates call it."""

from collections.abc import Mapping

from sixclear.portal.words import addresses, data_catalog, feedback, monitoring, results, tasks

# What happened, by `entity.change`.
CHANGES: Mapping[str, str] = {**tasks.CHANGES, **feedback.CHANGES, **data_catalog.CHANGES, **monitoring.CHANGES}

TABLES: Mapping[str, Mapping[str, str]] = {
    "bucket": tasks.BUCKETS,
    "task status": tasks.STATUSES,
    "task order": tasks.ORDERS,
    "assignment": tasks.ASSIGNMENTS,
    "level": tasks.LEVELS,
    "clear": tasks.CLEARS,
    "evidence state": tasks.EVIDENCE_STATES,
    "proof": tasks.PROOFS,
    "period status": tasks.PERIOD_STATUSES,
    "period timing": tasks.PERIOD_TIMINGS,
    "decision kind": tasks.DECISION_KINDS,
    "decision state": tasks.DECISION_STATES,
    "case status": feedback.CASE_STATUSES,
    "transfer": feedback.TRANSFERS,
    "transfer refusal": feedback.TRANSFER_REFUSALS,
    "identity level": feedback.IDENTITY_LEVELS,
    "clock mark": feedback.CLOCK_MARKS,
    "outcome": feedback.OUTCOMES,
    "access": feedback.ACCESSES,
    "rating": feedback.RATINGS,
    "review status": feedback.REVIEW_STATUSES,
    "asked review": feedback.ASKED_REVIEWS,
    "advice": feedback.ADVICE,
    "appeal decision": feedback.APPEAL_DECISIONS,
    "public clock": feedback.PUBLIC_CLOCKS,
    "feedback part": feedback.PARTS,
    "grouped by": feedback.GROUPED_BY,
    "proposal stage": feedback.PROPOSAL_STAGES,
    "statement": feedback.STATEMENTS,
    "rung": data_catalog.STAGES,
    "stage": {**data_catalog.STAGES, **data_catalog.OFF_LADDER},
    "registration": data_catalog.REGISTRATIONS,
    "entry kind": data_catalog.ENTRY_KINDS,
    "service": monitoring.SERVICES,
    "obstacle": monitoring.OBSTACLES,
    "indicator kind": results.INDICATOR_KINDS,
    "value type": results.VALUE_TYPES,
    "direction": results.DIRECTIONS,
    "period unit": results.PERIOD_UNITS,
    "breach": results.BREACHES,
    "stage of money": results.STAGES,
    "document type": results.DOCUMENT_TYPES,
    "standing": results.STANDINGS,
    "criteria period": results.CRITERIA_PERIODS,
    "answer state": results.ANSWER_STATES,
    "parameter": addresses.PARAMETERS,
}
# Codes that no record has yet: where one can be chosen, it says so.
NOT_REACHED_YET: Mapping[str, frozenset[str]] = {"task status": tasks.NOT_REACHED_YET}
# Codes with a title and an explanation.
EXPLAINED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "kind": feedback.KINDS,
    "attention": monitoring.ATTENTION,
}
