"""Tables of spans and traces."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.monitoring.tables import Base


class Trace(Base):
    """A trace as the operators' list shows it."""

    __tablename__ = "trace"

    trace_id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    name: Mapped[str]
    services: Mapped[list[str]]
    routes: Mapped[list[str]]
    spans: Mapped[int] = mapped_column(Integer)
    error: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (Index("ix_trace_started_at", "started_at"),)


class Span(Base):
    """A finished span."""

    __tablename__ = "span"

    trace_id: Mapped[str] = mapped_column(primary_key=True)
    span_id: Mapped[str] = mapped_column(primary_key=True)
    parent_span_id: Mapped[str | None]
    service: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    started_at: Mapped[datetime]
    duration_microseconds: Mapped[int] = mapped_column(BigInteger)
    error: Mapped[bool] = mapped_column(Boolean)
    attributes: Mapped[dict[str, Any]]
    links: Mapped[list[dict[str, Any]]]

    __table_args__ = (
        Index("ix_span_links", "links", postgresql_using="gin", postgresql_ops={"links": "jsonb_path_ops"}),
    )
