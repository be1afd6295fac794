"""A small model of the life of tasks: which requests the rules allow, and what each leaves behind.

It knows nothing of the service but its routes. What it does not foresee (`allowed` None) may be taken or refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.integration.tasks.life_states import (
    KINDS,
    OF_COMPLETED,
    OPEN,
    STRANGER,
    WORKED_ON,
    Asked,
    Attempt,
    Life,
    Rows,
)


class Lives:
    """Some tasks of one programme, and all that could be asked for on them at an instant."""

    def __init__(self, lives: list[Life], bodies: list[str]) -> None:
        self.lives = lives
        # Those that stand, and those that were merged, each with the one that has its work.
        self.bodies, self.merged = bodies, dict[str, str]()
        self.counter = 0

    def attempts(self, now: datetime, rows: Rows) -> Iterator[Attempt]:
        """Every request of the alphabet, at this instant; `rows` is what hangs on the tasks."""
        self.counter += 1
        for life in self.lives:
            yield from self._hanging(life, rows)
        for life in self.lives:
            yield from self._work(life, now)
            yield from self._assignment(life, now)
            yield from self._confirming(life, now)
            yield from self._described(life, now)
            for kind in KINDS:
                for asker in (life.lead, *life.others[:1], STRANGER):
                    yield self._ask(life, kind, asker, now)
                yield self._ask_as_owner(life, kind, now)
            for asked in list(life.open.values()):
                yield from self._answers(life, asked, now)

    def _work(self, life: Life, now: datetime) -> Iterator[Attempt]:
        words = f"Lần {self.counter}"
        at = f"/tasks/{life.task_id}"
        for client in (*life.doers, *list(self.merged)[-1:], STRANGER):
            may = client in life.doers and life.status in WORKED_ON
            percent = (self.counter * 7) % 101
            yield Attempt(
                "report",
                client,
                f"{at}/progress",
                {"text": words, "percent": percent},
                may,
                self._reported(life, percent),
            )
            proves = client in life.doers and life.status in (*WORKED_ON, "submitted")
            piece = {"title": words, "url": f"https://example.invalid/{self.counter}"}
            yield Attempt("evidence", client, f"{at}/evidence", piece, proves, self._attached(life))
            whole = client == life.lead and life.status in WORKED_ON and not life.recurring
            yield Attempt("submit", client, f"{at}/submit", {"evidence": [piece]}, whole, self._submitted(life, True))
            bare = whole and life.evidence > 0
            yield Attempt("submit", client, f"{at}/submit", {}, bare, self._submitted(life, False))
            later = (now + timedelta(days=9)).isoformat()
            yield Attempt("milestone", client, f"{at}/milestones", {"title": words, "deadline": later}, None)

    def _assignment(self, life: Life, now: datetime) -> Iterator[Attempt]:
        """What its lead body says to a task that it was given."""
        at = f"/tasks/{life.task_id}"
        given = life.status in (*OPEN, "completed")
        for client in (life.lead, STRANGER):
            may = client == life.lead and given and life.objected is None
            then = self._set(life, accepted=now) if life.waits(now) else self._set(life)
            yield Attempt("assignment accept", client, f"{at}/accept", {}, may, then)
        for kind in ("transfer", "cancellation"):
            for client in (life.lead, *life.others[:1]):
                may = client == life.lead and life.waits(now)
                yield self._ask(life, kind, client, now, objects=may)

    def _confirming(self, life: Life, now: datetime) -> Iterator[Attempt]:
        at = f"/tasks/{life.task_id}"
        for client in ("P57", life.lead, STRANGER):
            may = client == "P57" and life.status == "submitted"
            yield Attempt("confirm", client, f"{at}/confirm", {}, may, lambda _: self._end(life, "completed", now))
            yield Attempt("return", client, f"{at}/return", {"reason": "Thiếu"}, may, self._returned(life, "returned"))
            later = now + timedelta(days=5 + self.counter % 40, seconds=self.counter)
            grows = life.current is None or later >= life.current
            extends = client == "P57" and life.status in OPEN and life.status != "paused"
            yield Attempt(
                "extend",
                client,
                f"{at}/extend",
                {"deadline": later.isoformat(), "reason": f"Lần {self.counter}"},
                extends and grows and not life.recurring,
                self._set(life, current=later),
            )
            given = client == "P57" and life.status == "proposed" and (life.current is None or life.current >= now)
            yield Attempt("assign", client, f"{at}/assign", {}, given, lambda _: life.assigned(now))

    def _described(self, life: Life, now: datetime) -> Iterator[Attempt]:
        at = f"/tasks/{life.task_id}"
        for restricted in (True, False):
            word = "restricted" if restricted else "public"
            then = self._set(life, restricted=restricted)
            yield Attempt("classify", "P57", at, {"classification": word}, True, then, "PATCH")
        may = life.status in (*OPEN, "proposed")
        yield Attempt("describe", "P57", at, {"title": f"Việc {self.counter}"}, may, method="PATCH")
        if life.status != "proposed":
            other = (now + timedelta(days=77, seconds=self.counter)).isoformat()
            # In a pause no deadline runs: one that is named moves none.
            moves = life.status == "paused"
            yield Attempt("describe", "P57", at, {"deadline": other}, moves, method="PATCH")

    def _hanging(self, life: Life, rows: Rows) -> Iterator[Attempt]:
        """What is said of milestones, evidence and periods: the model does not foresee whether it is taken."""
        own = {table: [one for one in found if one.get("task_id") == life.task_id] for table, found in rows.items()}
        pieces = [one["evidence_id"] for one in own["evidence_review"]]
        reason = {"reason": f"Lần {self.counter}"}
        for piece in pieces[-3:]:
            for verb, body in (("accept", {}), ("refuse", reason), ("redact", reason)):
                yield Attempt(f"evidence {verb}", "P57", f"/evidence/{piece}/{verb}", body, None)
        for milestone in own["milestone"][-2:]:
            at = f"/milestones/{milestone['milestone_id']}"
            for piece in pieces[-1:]:
                yield Attempt("milestone reached", life.lead, f"{at}/complete", {"evidence_id": piece}, None)
        for period in sorted(own["period"], key=lambda one: str(one["due_at"]))[-3:]:
            at = f"/tasks/{life.task_id}"
            for verb in ("confirm", "return", "reopen"):
                body = {} if verb == "confirm" else reason
                yield Attempt(f"period {verb}", "P57", f"{at}/periods/{period['key']}/{verb}", body, None)
            told = {"text": f"Lần {self.counter}", "percent": 50, "period": period["key"]}
            then = self._reported(life, 50)
            yield Attempt("period report", life.lead, f"{at}/progress", told, None, then)

    # Decisions: what each kind needs, and does.

    def value_of(self, life: Life, kind: str, now: datetime) -> dict[str, Any]:
        """A value that a request of this kind could have now."""
        others = [one for one in self.lives if one is not life]
        match kind:
            case "extension":
                return {"deadline": now + timedelta(days=5 + self.counter % 90, seconds=self.counter)}
            case "resume":
                return {} if life.recurring else {"deadline": now + timedelta(days=1 + self.counter % 60)}
            case "transfer":
                return {"organisation": self.bodies[self.counter % len(self.bodies)]}
            case "split":
                return {"replaced_by": [one.task_id for one in others if one.status == "proposed"][:2]}
            case "merger":
                return {"replaced_by": [others[self.counter % len(others)].task_id]}
            case "regrouping":
                return {"work_group": ("nhom-1", "nhom-2")[self.counter % 2]}
            case _:
                return {}

    def grantable(self, life: Life, kind: str, value: dict[str, Any], now: datetime) -> bool:
        """Whether the rules let this be granted now."""
        deadline: datetime | None = value.get("deadline")
        if deadline is not None and deadline != life.current and deadline < now:
            return False
        match kind:
            case "extension":
                assert deadline is not None
                grows = life.current is None or deadline >= life.current
                return life.status in OPEN and life.status != "paused" and not life.recurring and grows
            case "pause":
                return life.status in WORKED_ON
            case "resume":
                return life.status == "paused"
            case "transfer":
                return life.status in (*WORKED_ON, "paused") and value["organisation"] != life.lead
            case "cancellation":
                return life.status in OPEN
            case "split":
                return life.status in OPEN and self._successors(life, value, ("proposed",), least=2)
            case "merger":
                return life.status in OPEN and self._successors(life, value, ("proposed", *OPEN), least=1)
            case "regrouping":
                return life.status in (*OPEN, "completed")
            case _:
                return life.status == "completed" and not life.recurring

    def _successors(self, life: Life, value: dict[str, Any], statuses: tuple[str, ...], least: int) -> bool:
        named = [self.named(one) for one in value["replaced_by"]]
        place = life.restricted, life.own
        same = all((one.restricted, one.own) == place and one.status in statuses for one in named)
        return same and len(named) >= least and life not in named

    def named(self, task_id: str) -> Life:
        """The task with this identifier."""
        return next(one for one in self.lives if one.task_id == task_id)

    def askable(self, life: Life, kind: str, asker: str, value: dict[str, Any], now: datetime) -> bool:
        """Whether a body may ask for this now."""
        grows = kind != "extension" or value["deadline"] != life.current
        named = [self.named(one) for one in value.get("replaced_by", ())]
        seen = all(asker in (*one.doers, "P57") or not one.restricted for one in named)
        body = (asker in life.doers or (life.own and asker == "P57")) and kind not in life.open
        return body and seen and life.status != "proposed" and grows and self.grantable(life, kind, value, now)

    def _ask(self, life: Life, kind: str, asker: str, now: datetime, *, objects: bool | None = None) -> Attempt:
        """`objects`: it is asked because the assignment is not accepted, and whether the rules allow that."""
        value = self.value_of(life, kind, now)
        may = self.askable(life, kind, asker, value, now) and objects is not False
        objection = objects is not None

        def then(answer: dict[str, Any]) -> None:
            life.open[kind] = Asked(kind, asker, value, answer["decision_id"], objection=objection)
            life.objected = now if objection else life.objected

        body = {"kind": kind, "reason": f"Lần {self.counter}"} | said(value)
        group, body = ("assignment objection", body | {"objection": True}) if objection else (f"ask {kind}", body)
        return Attempt(group, asker, f"/tasks/{life.task_id}/decisions", body, may, then)

    def _ask_as_owner(self, life: Life, kind: str, now: datetime) -> Attempt:
        """P57 gave all tasks: on its own work what it asks for is granted in the same act, on other work by nobody."""
        asked = self._ask(life, kind, "P57", now)
        if not life.own:
            return replace(asked, allowed=False)
        value = self.value_of(life, kind, now)

        def then(answer: dict[str, Any]) -> None:
            asked.then(answer)
            self.grant(life, life.open[kind], value, now)

        may = bool(asked.allowed) and self.assignable(kind, value, now)
        return replace(asked, group=f"alone {kind}", allowed=may, then=then)

    def _answers(self, life: Life, asked: Asked, now: datetime) -> Iterator[Attempt]:
        at, kind = f"/decisions/{asked.decision_id}", asked.kind
        waits = not asked.granted
        for client in ("P57", asked.asker, STRANGER):
            decides = client == "P57" and waits
            may = decides and self.grantable(life, kind, asked.value, now) and self.assignable(kind, asked.value, now)
            then = self._granted(life, asked, asked.value, now)
            # A transfer that waits for its receiver and is granted again in the same words stays as it is.
            if client != "P57" or waits:
                yield Attempt(f"grant {kind}", client, f"{at}/decide", {"outcome": "granted"}, may, then)
            refusal = {"outcome": "refused", "reason": "Không đủ lý do"}
            yield Attempt("refuse", client, f"{at}/decide", refusal, decides, self._closed(life, kind, now))
            other = self.value_of(life, kind, now)
            if kind in ("extension", "transfer", "regrouping", "resume") and other and other != asked.value:
                body = {"outcome": "granted_otherwise", "reason": "Hợp lý hơn"} | said(other)
                fits = decides and self.grantable(life, kind, other, now)
                yield Attempt(
                    f"grant {kind}", client, f"{at}/decide", body, fits, self._granted(life, asked, other, now)
                )
            # Of a restricted task that came into other hands, the body that asked sees nothing any more.
            back = client == asked.asker and waits and (client in life.doers or not life.restricted)
            yield Attempt("withdraw", client, f"{at}/withdraw", {}, back, self._closed(life, kind, now))
        receiver = asked.value.get("organisation")
        for client in (receiver, STRANGER) if receiver else ():
            takes = client == receiver and asked.granted
            position = {"responsible_position": {"title": "Cục trưởng", "organisation": client}}
            may = takes and self.grantable(life, kind, asked.value, now)
            yield Attempt("accept", client, f"{at}/accept", position, may, self._taken(life, asked, now))
            then = self._closed(life, kind, now)
            yield Attempt("decline", client, f"{at}/decline", {"reason": "Không thể"}, takes, then)

    def assignable(self, kind: str, value: dict[str, Any], now: datetime) -> bool:
        """Whether the proposals that take the place of a task could be assigned now."""
        named = [self.named(one) for one in value.get("replaced_by", ())]
        return all(one.status != "proposed" or one.current is None or one.current >= now for one in named)

    # What a request that is taken leaves behind.

    def _set(self, life: Life, **fields: Any) -> Callable[[dict[str, Any]], None]:
        return lambda _: vars(life).update(fields)

    def _reported(self, life: Life, percent: int) -> Callable[[dict[str, Any]], None]:
        def then(_: dict[str, Any]) -> None:
            stays = life.status == "returned" and percent == life.percent
            life.status = "returned" if stays else "in_progress"
            life.percent = life.last_percent = percent

        return then

    def _attached(self, life: Life) -> Callable[[dict[str, Any]], None]:
        return lambda _: vars(life).update(evidence=life.evidence + 1)

    def _submitted(self, life: Life, attached: bool) -> Callable[[dict[str, Any]], None]:
        return lambda _: vars(life).update(status="submitted", percent=100, evidence=life.evidence + attached)

    def _returned(self, life: Life, status: str) -> Callable[[dict[str, Any]], None]:
        return lambda _: vars(life).update(status=status, percent=life.last_percent)

    def _closed(self, life: Life, kind: str, now: datetime) -> Callable[[dict[str, Any]], None]:
        return lambda _: life.close([kind], now)

    def _taken(self, life: Life, asked: Asked, now: datetime) -> Callable[[dict[str, Any]], None]:
        def then(_: dict[str, Any]) -> None:
            del life.open[asked.kind]
            life.lead = asked.value["organisation"]
            life.others = tuple(one for one in life.others if one != life.lead)
            life.accept_by, life.accepted, life.objected = None, now, None

        return then

    def _granted(
        self, life: Life, asked: Asked, value: dict[str, Any], now: datetime
    ) -> Callable[[dict[str, Any]], None]:
        return lambda _: self.grant(life, asked, value, now)

    def grant(self, life: Life, asked: Asked, value: dict[str, Any], now: datetime) -> None:
        """What a granted decision does."""
        kind = asked.kind
        if kind == "transfer":
            asked.value, asked.granted = value, True
            return
        life.close([kind], now, granted=True)
        match kind:
            case "extension":
                life.current = value["deadline"]
            case "pause":
                life.found, life.status, life.paused_since = life.status, "paused", now
                life.current = life.current if life.current is not None and life.current < now else None
            case "resume":
                assert life.paused_since is not None
                life.pauses.append((life.paused_since, now))
                life.status, life.found, life.paused_since = life.found or "", None, None
                life.current = value.get("deadline")
            case "reopening":
                self._returned(life, "returned")({})
                for former, successor in self.merged.items():
                    self._succeed(life, former, successor, now)
            case "cancellation" | "split" | "merger":
                self._end(life, "cancelled", now)
                if kind != "cancellation":
                    self._replace(life, kind, value["replaced_by"], now)
            case _:
                pass

    def merge(self, former: str, successor: str, now: datetime) -> None:
        """A body is merged into another one, which has its open work; what is closed stays its own."""
        self.bodies.remove(former)
        self.merged[former] = successor
        for life in self.lives:
            self._succeed(life, former, successor, now)

    def _succeed(self, life: Life, former: str, successor: str, now: datetime) -> None:
        if life.status in (*OPEN, "proposed"):
            life.succeed(former, successor, now)
        for asked in life.open.values():
            asked.asker = successor if asked.asker == former else asked.asker
            if asked.value.get("organisation") == former:
                asked.value = {"organisation": successor}

    def _replace(self, life: Life, kind: str, named: list[str], now: datetime) -> None:
        life.replaced_by = named
        for other in map(self.named, named):
            own = other.original
            if kind == "split":
                other.original = own if life.original is None else life.original
            else:
                other.original = min((one for one in (own, life.original) if one is not None), default=None)
            if other.status == "proposed":
                other.assigned(now)

    def _end(self, life: Life, status: str, now: datetime) -> None:
        life.status, life.found, life.paused_since = status, None, None
        kept = OF_COMPLETED if status == "completed" else ()
        life.close([kind for kind in life.open if kind not in kept], now)


def said(value: dict[str, Any]) -> dict[str, Any]:
    """A value as a request says it."""
    return {name: part.isoformat() if isinstance(part, datetime) else part for name, part in value.items()}
