"""The naive intake *does less*: words and contact in clear, a code by chance, no statement, no log, no event, no key.

FastAPI and SQLAlchemy's ORM as taught: one row, one commit.
"""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import TIMESTAMP, Text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"])
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: TIMESTAMP(timezone=True), str: Text}  # noqa: RUF012 (as its documentation has it)


class PlainSubmission(Base):
    __tablename__ = "plain_submission"

    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    received_at: Mapped[datetime]


class Sender(BaseModel):
    name: str | None = Field(default=None, max_length=300)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=80)


class Entry(BaseModel):
    kind: str
    title: str = Field(min_length=1, max_length=300)
    text: str = Field(min_length=1, max_length=10_000)
    sender: Sender = Field(default_factory=Sender)


class Receipt(BaseModel):
    submission_id: UUID
    receipt_code: str
    received_at: datetime


async def session() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as made:
        yield made


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/ready")
async def ready() -> dict[str, bool]:
    return {"ready": True}


@app.post("/api/feedback/v1/submissions", status_code=201)
async def send(entry: Entry, db: Annotated[AsyncSession, Depends(session)]) -> Receipt:
    row = PlainSubmission(
        submission_id=uuid4(),
        code=secrets.token_hex(10),
        kind=entry.kind,
        title=entry.title,
        text=entry.text,
        name=entry.sender.name,
        email=entry.sender.email,
        phone=entry.sender.phone,
        received_at=datetime.now(UTC),
    )
    db.add(row)
    await db.commit()
    return Receipt(submission_id=row.submission_id, receipt_code=row.code, received_at=row.received_at)
