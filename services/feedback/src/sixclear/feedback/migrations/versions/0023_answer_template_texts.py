"""Templates of answers, with those that ship: two that close nothing however they are filled, and one that begins."""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

_SHIPPED = (
    (
        "7a0d0c52-6f0e-4c11-9a55-0d8b8f6b0001",
        "Đã chuyển cơ quan khác",
        "Nội dung đã được chuyển đến {tên cơ quan} để xem xét, giải quyết theo thẩm quyền.",
        False,
    ),
    (
        "7a0d0c52-6f0e-4c11-9a55-0d8b8f6b0002",
        "Đã tiếp nhận, sẽ xem xét",
        "Cơ quan đã tiếp nhận ý kiến của ông/bà và sẽ nghiên cứu, xem xét trong thời gian tới. Trân trọng cảm ơn"
        " ông/bà đã quan tâm.",
        False,
    ),
    (
        "7a0d0c52-6f0e-4c11-9a55-0d8b8f6b0003",
        "Mở đầu và kết thúc",
        "Cơ quan trân trọng cảm ơn ý kiến của ông/bà. Sau khi xem xét, cơ quan trả lời như sau.\nNếu chưa đồng ý với"
        " nội dung này, ông/bà có thể đề nghị xem lại.",
        True,
    ),
)


def upgrade() -> None:
    table = op.create_table(
        "answer_template",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=True),
        sa.Column("written_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("template_id", name=op.f("pk_answer_template")),
    )
    op.create_index(op.f("ix_answer_template_organisation_id"), "answer_template", ["organisation_id"])
    op.bulk_insert(
        table,
        [
            {
                "template_id": UUID(template_id),
                "organisation_id": None,
                "title": title,
                "text": text,
                "closes": closes,
                "written_by": None,
                "written_at": datetime(2025, 1, 1, tzinfo=UTC),
                "retired_at": None,
            }
            for template_id, title, text, closes in _SHIPPED
        ],
    )
