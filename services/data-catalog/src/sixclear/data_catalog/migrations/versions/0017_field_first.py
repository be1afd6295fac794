"""Fields of entries; the release before does not know the tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    instant = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "field",
        sa.Column("field_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=name != "name") for name in ("name", "label", "type")),
        sa.Column("max_length", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("code_list", sa.Text(), nullable=True),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("element_id", sa.UUID(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("territories", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("subjects", sa.Text(), nullable=True),
        sa.Column("source_entry_id", sa.UUID(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("max_age_seconds", sa.Integer(), nullable=True),
        sa.Column("synchronised_at", instant, nullable=True),
        sa.Column("service_entry_id", sa.UUID(), nullable=True),
        sa.Column("legal_basis", postgresql.JSONB(), nullable=True),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("decided_at", instant, nullable=True),
        sa.Column("decided_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("decision_basis", postgresql.JSONB(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        *(sa.Column(f"{name}_since", instant, nullable=False) for name in ("counts", "form", "basis")),
        sa.Column("removed_at", instant, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("field_id", name=op.f("pk_field")),
        *(
            sa.ForeignKeyConstraint([name], ["entry.entry_id"], name=op.f(f"fk_field_{name}_entry"))
            for name in ("entry_id", "source_entry_id", "service_entry_id")
        ),
        sa.ForeignKeyConstraint(["element_id"], ["element.element_id"], name=op.f("fk_field_element_id_element")),
        sa.CheckConstraint(
            "role IN ('master', 'copy', 'collected', 'derived', 'code_list')", name=op.f("ck_field_role")
        ),
        sa.CheckConstraint("standing IN ('declared', 'confirmed', 'disputed')", name=op.f("ck_field_standing")),
        sa.CheckConstraint("classification IN ('public', 'state', 'restricted')", name=op.f("ck_field_classification")),
    )
    op.create_index("ix_field_entry", "field", ["entry_id", "name", "field_id"])
    op.create_index("ix_field_element", "field", ["element_id", "role"])
    op.create_index("ix_field_source", "field", ["source_entry_id"])
    op.create_table(
        "field_past",
        sa.Column("field_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.UUID(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("source_entry_id", sa.UUID(), nullable=True),
        sa.Column("until", instant, nullable=False),
        sa.PrimaryKeyConstraint("field_id", "version", name=op.f("pk_field_past")),
        sa.ForeignKeyConstraint(["field_id"], ["field.field_id"], name=op.f("fk_field_past_field_id_field")),
    )
    op.create_index(op.f("ix_field_past_element_id"), "field_past", ["element_id"])
