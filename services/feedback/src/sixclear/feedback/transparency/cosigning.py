"""Shows checkpoints, with the cosignatures that witnesses give within five seconds.

A witness that is away or lies holds nothing up: a checkpoint is shown as soon as the policy accepts it, or after five
seconds as it is, and cosigned later. One thing stops the log: a witness that this process meets for the first time and
that saw another tree, or more of it, than the database has. Once a witness has confirmed the tree to this process, the
process knows itself what it signed, and such words of that witness are only shown.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.transparency.asking import CONTRADICTIONS, Answer, Send, Witness, ask_all
from sixclear.common.transparency.checkpoints import Checkpoint
from sixclear.common.transparency.merkle import fold, plan_consistency
from sixclear.common.transparency.notes import Note, NoteInvalid, VerifierKey
from sixclear.common.transparency.policies import Policy, PolicyRefused
from sixclear.common.transparency.tiles import reader, tiles_for
from sixclear.feedback.transparency import repository
from sixclear.feedback.transparency.metrics import WITNESS_FAILS
from sixclear.feedback.transparency.models import LogCheckpoint

_log = structlog.get_logger(__name__)
# Longer than witnesses are waited for: after that the process that asked them was killed.
_ASKING = timedelta(seconds=10)
# After a failure a witness is left alone for a while: twice as long each time, a minute at most.
_SHORT_PAUSE, _LONG_PAUSE = timedelta(seconds=5), timedelta(minutes=1)


class LogClosed(Exception):
    """What was signed before and what the database holds do not belong together; the text says how."""


def policy_of(log: VerifierKey, witnesses: str = "") -> str:
    """The policy of this log: its key, then the lines that name its witnesses."""
    return f"log {log}\n" + (witnesses or "quorum none\n")


@dataclass(slots=True)
class Cosigning:
    """What one process knows of the witnesses of its policy."""

    database: Database
    policy_text: str
    send: Send
    clock: Clock
    _policy: Policy = field(init=False)
    _number: int | None = field(default=None, init=False)
    _met: set[str] = field(default_factory=set, init=False)
    _against: dict[str, Answer] = field(default_factory=dict, init=False)
    _pauses: dict[str, tuple[datetime, timedelta]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Read the policy; raises PolicyInvalid."""
        self._policy = Policy.parse(self.policy_text)

    async def put_in_force(self, session: AsyncSession) -> int:
        """Say which policy holds from now on; answers its number."""
        self._number = await repository.put_in_force(session, self.policy_text, self.clock())
        return self._number

    def accepts(self, shown: str) -> bool:
        """Whether the policy accepts a checkpoint with these cosignatures."""
        try:
            self._policy.accept(shown)
        except (NoteInvalid, PolicyRefused):
            return False
        return True

    async def meet(self, newest: LogCheckpoint) -> None:
        """Compare with each witness that this process has not met. Raises LogClosed when one saw another tree.

        A witness that does not answer is met later: it holds up nothing but these five seconds.
        """
        for name, answer in self._against.items():
            if answer.size is not None and answer.size <= newest.size:  # the database was filled up since
                self._pauses.pop(name, None)
        await self._ask(newest, [name for name in self._named() if name not in self._met and self._is_due(name)])
        for name, answer in self._against.items():
            raise LogClosed(
                f"the witness {name} saw another history of {answer.size} entries"
                if answer.problem == "other-history"
                else f"the witness {name} saw {answer.size} entries, and the database has {newest.size}"
            )

    async def show(self, newest: LogCheckpoint) -> None:
        """Show the newest checkpoint: as soon as the policy accepts it, or when no one else is to be waited for.

        One that is shown already gets the cosignatures that it lacks.
        """
        lacking = [name for name in self._lacking(newest.shown) if self._is_due(name)]
        accepted = self.accepts(newest.shown)
        if (newest.published_at is None and not lacking) or (accepted and newest.policy_id != self._number):
            await self._publish(newest.size)
        if lacking and await self._claim(newest.size):
            await self._ask(newest, lacking)
            await self._publish(newest.size)

    async def _claim(self, size: int) -> bool:
        async with self.database.transaction() as session:
            now = self.clock()
            return await repository.claim(session, size, now, now - _ASKING)

    async def _ask(self, newest: LogCheckpoint, names: Sequence[str]) -> None:
        if not names:
            return
        witnesses = self._named()
        async with self.database.session() as session:
            known = await repository.witnesses(session, [str(witnesses[name].key) for name in names])
        asked = []
        for name in names:
            one = witnesses[name]
            row = known.get(str(one.key))
            asked.append(Witness(name, one.key, one.address, 0 if row is None else row.size))
        head = Checkpoint.parse(Note.parse(newest.note).text)

        async def prove(old: int) -> Sequence[bytes]:
            return await self._consistency(old, head.size)

        async with aclosing(ask_all(asked, self.send, head, newest.note, prove, self.clock)) as answers:
            async for answer in answers:
                await self._keep(newest.size, witnesses[answer.name].key, answer)

    async def _keep(self, size: int, key: VerifierKey, answer: Answer) -> None:
        """Keep what a witness said; a checkpoint that the policy accepts by that is shown."""
        self._remember(answer)
        async with self.database.transaction() as session:
            await repository.keep_answer(session, str(key), answer.at, answer.size, answer.problem)
            row = await repository.lock_checkpoint(session, size)
            if row is not None and answer.line and answer.name in self._lacking(row.shown):
                row.cosignatures += answer.line
                await self._accept(session, row, answer.at)

    async def _publish(self, size: int) -> None:
        async with self.database.transaction() as session:
            now = self.clock()
            await repository.publish(session, size, now)
            row = await repository.lock_checkpoint(session, size)
            if row is not None:
                await self._accept(session, row, now)

    async def _accept(self, session: AsyncSession, row: LogCheckpoint, now: datetime) -> None:
        number = await self.put_in_force(session)
        if row.policy_id != number and self.accepts(row.shown):
            row.accepted_at, row.policy_id = now, number
            await session.flush()
            await repository.publish(session, row.size, now)

    def _remember(self, answer: Answer) -> None:
        name, now = answer.name, self.clock()
        WITNESS_FAILS.labels(name).set(1 if answer.problem else 0)
        self._against.pop(name, None)
        if not answer.problem:
            self._met.add(name)
            self._pauses.pop(name, None)
            return
        _, before = self._pauses.get(name, (now, _SHORT_PAUSE / 2))
        pause = min(_LONG_PAUSE, before * 2)
        self._pauses[name] = now + pause, pause
        _log.warning("witness did not cosign", witness=name, problem=answer.problem, size=answer.size)
        if answer.problem in CONTRADICTIONS and name not in self._met:
            self._against[name] = answer

    async def _consistency(self, old: int, new: int) -> Sequence[bytes]:
        if not 0 < old < new:
            return []
        plan = plan_consistency(old, new)
        async with self.database.session() as session:
            read = reader(await repository.tiles(session, tiles_for(plan)))
        return await asyncio.to_thread(lambda: [fold(span, read) for span in plan])

    def _named(self) -> Mapping[str, Witness]:
        """The witnesses that can be asked."""
        return {name: Witness(name, key, at) for name, (key, at) in self._policy.witnesses.items() if at}

    def _lacking(self, shown: str) -> list[str]:
        note, witnesses = Note.parse(shown), self._named()
        there = {(name, key_id) for name, key_id, _ in note.signatures}
        return [name for name, one in witnesses.items() if (one.key.name, one.key.key_id) not in there]

    def _is_due(self, name: str) -> bool:
        return name not in self._pauses or self._pauses[name][0] <= self.clock()
