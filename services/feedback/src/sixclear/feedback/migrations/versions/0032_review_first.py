"""Expert review: the register of experts, reviews, their discussion and decisions; and who had a hand in a case.

The release before writes none of it, and shows no case to fewer handlers.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"

_INSTANT = postgresql.TIMESTAMP(timezone=True)
_FOUR_EYES = (
    "CASE WHEN drafted_person IS NULL AND drafted_position IS NULL THEN confirmed_by <> drafted_by"
    " WHEN drafted_person IS NOT NULL AND confirmed_person IS NOT NULL THEN drafted_person <> confirmed_person"
    " ELSE drafted_position <> confirmed_position END"
)


def upgrade() -> None:
    texts = postgresql.ARRAY(sa.Text())
    op.add_column("submission", sa.Column("hands", texts, server_default=sa.text("'{}'"), nullable=False))
    op.add_column("submission", sa.Column("reviewers", texts, server_default=sa.text("'{}'"), nullable=False))
    op.add_column(
        "submission", sa.Column("in_expert_review", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("contact", sa.Column("domain_hashes", postgresql.ARRAY(sa.LargeBinary()), nullable=True))
    op.execute(
        "UPDATE submission SET hands = known.hands FROM (SELECT submission_id, array_agg(DISTINCT hand) AS hands FROM"
        " (SELECT submission_id, unnest(ARRAY['person:' || drafted_person, 'person:' || published_person]) AS hand"
        " FROM answer) AS named WHERE hand IS NOT NULL GROUP BY submission_id) AS known"
        " WHERE known.submission_id = submission.submission_id"
    )
    _reviewers()
    _reviews()
    _decisions()


def _reviewers() -> None:
    op.create_table(
        "reviewer",
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("email_domain", sa.String(253), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("affiliations", postgresql.JSONB(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("registered_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.CheckConstraint("capacity BETWEEN 0 AND 50", name=op.f("ck_reviewer_capacity")),
        sa.PrimaryKeyConstraint("reviewer_id", name=op.f("pk_reviewer")),
        sa.UniqueConstraint("person_key", name=op.f("uq_reviewer_person_key")),
    )


def _of_a_case(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_submission_id_submission")
    return sa.ForeignKeyConstraint(["submission_id"], ["submission.submission_id"], name=name)


def _reviews() -> None:
    op.create_table(
        "review",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(1), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("assigned_at", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("declared_at", _INSTANT, nullable=True),
        sa.Column("conflict_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("given_at", _INSTANT, nullable=True),
        sa.Column("scores", postgresql.JSONB(), nullable=True),
        sa.Column("advice", sa.Text(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "status IN ('assigned', 'accepted', 'declined', 'given', 'withdrawn')", name=op.f("ck_review_status")
        ),
        sa.CheckConstraint(
            "status <> 'given' OR (scores IS NOT NULL AND advice IS NOT NULL)", name=op.f("ck_review_given")
        ),
        _of_a_case("review"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["reviewer.reviewer_id"], name=op.f("fk_review_reviewer_id_reviewer")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review")),
        sa.UniqueConstraint("submission_id", "reviewer_id", name=op.f("uq_review_submission_id_reviewer_id")),
        sa.UniqueConstraint("submission_id", "label", name=op.f("uq_review_submission_id_label")),
    )
    op.create_index(op.f("ix_review_reviewer_id"), "review", ["reviewer_id"])
    op.create_table(
        "review_message",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", _INSTANT, nullable=False),
        _of_a_case("review_message"),
        sa.ForeignKeyConstraint(["review_id"], ["review.review_id"], name=op.f("fk_review_message_review_id_review")),
        sa.PrimaryKeyConstraint("submission_id", "number", name=op.f("pk_review_message")),
    )


def _decisions() -> None:
    names = (
        "drafted_by",
        "drafted_person",
        "drafted_position",
        "confirmed_by",
        "confirmed_person",
        "confirmed_position",
    )
    op.create_table(
        "review_decision",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=name != "drafted_by") for name in names),
        sa.Column("drafted_at", _INSTANT, nullable=False),
        sa.Column("confirmed_at", _INSTANT, nullable=True),
        sa.Column("withdrawn_at", _INSTANT, nullable=True),
        sa.CheckConstraint(_FOUR_EYES, name=op.f("ck_review_decision_two_persons")),
        _of_a_case("review_decision"),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_review_decision")),
    )
    op.create_index(op.f("ix_review_decision_submission_id"), "review_decision", ["submission_id"])
