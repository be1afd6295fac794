"""The bare peer *does less*: no token, no key, small rows, a small answer. FastAPI and SQLAlchemy's ORM as taught.

One request locks a row, changes it, and adds a row of history and one of an outbox, in one transaction.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import TIMESTAMP, Text, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"])
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 (as its documentation has it)
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
        str: Text,
    }


class SmallTask(Base):
    __tablename__ = "small_task"

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    status: Mapped[str]
    percent: Mapped[int]
    updated_at: Mapped[datetime]


class SmallHistory(Base):
    __tablename__ = "small_history"

    history_id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[UUID]
    version: Mapped[int]
    percent: Mapped[int]
    text: Mapped[str]
    at: Mapped[datetime]


class SmallOutbox(Base):
    __tablename__ = "small_outbox"

    outbox_id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class ProgressEntry(BaseModel):
    percent: int = Field(ge=0, le=100)
    text: str = Field(min_length=1, max_length=10_000)
    difficulty: str | None = None


class SmallView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    task_id: UUID
    version: int
    status: str
    percent: int
    updated_at: datetime


async def get_session() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.exec_driver_sql(
            "INSERT INTO small_task SELECT task_id, version, status, percent, recorded_at FROM task"
        )
        await connection.exec_driver_sql("ANALYZE small_task")
    yield
    await engine.dispose()


app = FastAPI(title="Bare peer", lifespan=lifespan)


@app.get("/ready")
async def ready(session: SessionDep) -> dict[str, bool]:
    return {"ready": await session.scalar(select(1)) == 1}


@app.post("/api/tasks/v1/tasks/{task_id}/progress", status_code=201, response_model=SmallView)
async def report_progress(task_id: UUID, entry: ProgressEntry, session: SessionDep) -> Any:
    now = datetime.now(UTC)
    task = await session.scalar(select(SmallTask).where(SmallTask.task_id == task_id).with_for_update())
    if task is None:
        raise HTTPException(404, "no such task")
    task.version += 1
    task.status, task.percent, task.updated_at = "in_progress", entry.percent, now
    session.add(SmallHistory(task_id=task_id, version=task.version, percent=entry.percent, text=entry.text, at=now))
    payload = {"task_id": str(task_id), "version": task.version, "percent": entry.percent, "status": task.status}
    session.add(SmallOutbox(task_id=task_id, payload=payload, at=now))
    await session.commit()
    return task
