"""The naive status: a FastAPI route that counts the tasks with one `GROUP BY` whenever it is asked.

Written after FastAPI's "Dependencies with yield" and SQLAlchemy's "Using SELECT Statements". *Does less*: the buckets
of the tasks by programme, now; no feedback, no databases, no past instant, no shares.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from tests.benchmarks.peers.full_models import Programme, Task

engine = create_async_engine(os.environ["DATABASE_URL"])
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
OPEN = ("assigned", "in_progress", "submitted", "returned", "paused")

app = FastAPI(title="GROUP BY")


async def get_session() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]


@app.get("/ready")
async def ready(session: SessionDep) -> dict[str, bool]:
    return {"ready": await session.scalar(select(1)) == 1}


@app.get("/api/monitoring/v1/status")
async def status(session: SessionDep) -> dict[str, Any]:
    bucket = case(
        (Task.kind == "recurring", "recurring"),
        (Task.status == "completed", "completed"),
        (Task.current_deadline < datetime.now(UTC), "overdue"),
        else_="in_term",
    ).label("bucket")
    statement = (
        select(Programme.slug, bucket, func.count(), func.max(Task.last_report_at))
        .join(Programme, Programme.programme_id == Task.programme_id)
        .where(Task.status.in_((*OPEN, "completed")), Task.classification == "public")
        .group_by(Programme.slug, bucket)
    )
    figures: dict[str, Any] = {}
    for slug, name, count, last in await session.execute(statement):
        figures.setdefault(slug, {"total": 0})[name] = {"count": count, "last_report_at": last}
        figures[slug]["total"] += count
    return {"as_of": datetime.now(UTC), "programmes": figures}
