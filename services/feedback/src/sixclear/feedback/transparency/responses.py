"""How the public log and its witnesses are shown."""

from collections.abc import Mapping

from sixclear.common.transparency.notes import Note, VerifierKey
from sixclear.feedback.transparency.models import LogCheckpoint, LogWitness
from sixclear.feedback.transparency.schemas import LogStatus, WitnessView


def status_response(
    newest: LogCheckpoint,
    identity: tuple[str, str],
    witnesses: Mapping[str, VerifierKey],
    said: Mapping[str, LogWitness],
) -> LogStatus:
    """Who the log is, its newest shown checkpoint, who cosigned that, and what each witness last said."""
    there = {(name, key_id) for name, key_id, _ in Note.parse(newest.shown).signatures}
    return LogStatus(
        origin=identity[0],
        key=identity[1],
        size=newest.size,
        signed_at=newest.signed_at,
        accepted=newest.accepted_at is not None,
        cosigned_by=[name for name, key in witnesses.items() if (key.name, key.key_id) in there],
        witnesses=[_witness(name, key, said.get(str(key))) for name, key in witnesses.items()],
    )


def _witness(name: str, key: VerifierKey, said: LogWitness | None) -> WitnessView:
    return WitnessView(
        name=name,
        key=str(key),
        size=0 if said is None else said.size,
        cosigned_at=None if said is None else said.cosigned_at,
        failed_at=None if said is None else said.failed_at,
        problem=None if said is None else said.problem,
    )
