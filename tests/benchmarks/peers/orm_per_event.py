"""The usual consumer: aiokafka and one transaction of SQLAlchemy's ORM for each event, keeping the same rows.

Each event: the state is locked and compared by version, a gap is looked for, the state and a row of history are
written, the counters that the task leaves and those that it enters are moved on every level, and the offset is kept.

Written after aiokafka's "Consumer" (offsets outside Kafka) and SQLAlchemy's "ORM Quick Start" and "Asynchronous I/O".
"""

import asyncio
import json
import os
from datetime import datetime
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from sqlalchemy import TIMESTAMP, BigInteger, Text, delete
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from tests.benchmarks.consumers import TOPIC, asked


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 (as its documentation has it)
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
        str: Text,
    }


class State(Base):
    __tablename__ = "orm_state"

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    occurred_at: Mapped[datetime]
    programme: Mapped[str]
    lead: Mapped[str | None]
    assigned_by: Mapped[str]
    bucket: Mapped[str | None]
    facts: Mapped[dict[str, Any]]


class History(Base):
    __tablename__ = "orm_history"

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    change: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(index=True)
    recorded_at: Mapped[datetime]
    bucket: Mapped[str | None]
    facts: Mapped[dict[str, Any]]


class Counter(Base):
    """How many tasks are in a bucket, on one level: of a programme and a body, where both are named."""

    __tablename__ = "orm_counter"

    programme: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(primary_key=True)
    assigned_by: Mapped[str] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(primary_key=True)
    tasks: Mapped[int]


class Gap(Base):
    __tablename__ = "orm_gap"

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)


class Offset(Base):
    __tablename__ = "orm_offset"

    partition: Mapped[int] = mapped_column(primary_key=True)
    next_offset: Mapped[int] = mapped_column(BigInteger)


def bucket_of(data: dict[str, Any]) -> str | None:
    if data["kind"] == "recurring":
        return "recurring"
    if data["status"] == "completed":
        return "completed"
    return "in_term" if data["status"] in ("assigned", "in_progress", "submitted", "returned", "paused") else None


async def count(session: AsyncSession, state: State, step: int) -> None:
    """Move the counters of a state by one, up or down, on every level."""
    if state.bucket is None:
        return
    for programme in (state.programme, "*"):
        for body in (state.lead or "-", "*"):
            for assigned_by in (state.assigned_by, "*"):
                key = (programme, body, assigned_by, state.bucket)
                counter = await session.get(Counter, key, with_for_update=True)
                if counter is None:
                    counter = Counter(
                        programme=programme, body=body, assigned_by=assigned_by, bucket=state.bucket, tasks=0
                    )
                    session.add(counter)
                counter.tasks += step


async def handle(session: AsyncSession, record: Any) -> None:
    headers = {name: value.decode() for name, value in record.headers}
    data = json.loads(record.value)
    task_id, version = UUID(record.key.decode()), int(headers["ce_version"])
    occurred_at = datetime.fromisoformat(headers["ce_time"])
    recorded_at = datetime.fromisoformat(headers["ce_recordedat"])
    offset = await session.get(Offset, record.partition)
    if offset is None:
        session.add(Offset(partition=record.partition, next_offset=record.offset + 1))
    else:
        offset.next_offset = record.offset + 1
    state = await session.get(State, task_id, with_for_update=True)
    if state is not None and state.version >= version:
        return
    if version > (state.version if state else 0) + 1:
        session.add(Gap(task_id=task_id, version=version))
    else:
        await session.execute(delete(Gap).where(Gap.task_id == task_id))
    if state is None:
        state = State(task_id=task_id)
        session.add(state)
    else:
        await count(session, state, -1)
    state.version, state.occurred_at, state.facts = version, occurred_at, data
    state.programme, state.lead = data["programme"], data["lead_organisation_id"]
    state.assigned_by, state.bucket = data["assigned_by"], bucket_of(data)
    await count(session, state, 1)
    session.add(
        History(
            task_id=task_id,
            version=version,
            change=data["change"],
            occurred_at=occurred_at,
            recorded_at=recorded_at,
            bucket=state.bucket,
            facts=data,
        )
    )


async def main() -> None:
    brokers, meter = asked()
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=brokers, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        async for record in consumer:
            async with sessions.begin() as session:
                await handle(session, record)
            if meter.count(1):
                break
        meter.tell()
    finally:
        await consumer.stop()
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
