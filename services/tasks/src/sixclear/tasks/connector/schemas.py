"""Requests and responses on connectors and their deliveries."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Key, Link, line_of, words_of
from sixclear.tasks.fields import Line

MOST_FIELDS, MOST_ITEMS, MOST_TASKS = 50, 200, 50
# Said in words, which several units may say one after the other.
TEXTS = frozenset({"text", "difficulty", "cause", "remedy", "organisation"})
# Said of the item, whatever its tasks.
OF_ITEM = frozenset({"index", "period"})

Adapter = Literal["http", "sixclear"]
FieldSource = Literal[
    "index",
    "period",
    "text",
    "difficulty",
    "cause",
    "remedy",
    "organisation",
    "percent",
    "expected_on",
    "occurred_at",
    "status",
    "title",
    "code",
    "own_field",
]
Name = Annotated[str, line_of(100)]
SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
PeriodKey = Annotated[str, words_of(20)]
DeliveryState = Literal["waiting", "delivered", "refused", "given_up", "dropped"]


class Credential(Schema):
    """How the receiver knows you. The secret itself is never sent here: it stands in a file beside the service."""

    kind: Literal["none", "bearer", "client_credentials"] = "none"
    secret: SecretName | None = Field(
        default=None,
        description="The name of the file in your body's folder that holds the token, or the client's secret.",
    )
    token_address: Link | None = Field(default=None, description="Where `client_credentials` gets its tokens.")
    client_id: Line | None = Field(default=None, description="The client's name there.")
    scope: Line | None = Field(default=None, description="What is asked for there; left out, what is given by itself.")

    @model_validator(mode="after")
    def _whole(self) -> "Credential":
        wanted = {"none": (), "bearer": ("secret",), "client_credentials": ("secret", "token_address", "client_id")}
        for name in wanted[self.kind]:
            if getattr(self, name) is None:
                raise PydanticCustomError(
                    "credential_incomplete",
                    "`bearer` needs `secret`; `client_credentials` needs `token_address` and `client_id` as well",
                )
        return self


class MappedField(Schema):
    """One field of what is sent: what the receiver calls it, and what it holds."""

    name: Name
    of: FieldSource = Field(
        description="Texts of several tasks are joined in the order of the item. The others are of one task."
    )
    task_id: UUID | None = Field(default=None, description="Of this task of the item alone.")
    key: Key | None = Field(default=None, description="With `own_field`: the key of the programme's field.")

    @model_validator(mode="after")
    def _keyed(self) -> "MappedField":
        if (self.of == "own_field") != (self.key is not None):
            raise PydanticCustomError("key_of_own_field", "Give `key` with `own_field`, and only with it")
        return self


class MappedItem(Schema):
    """One index of the receiver, and the tasks whose reports are its value."""

    index: Key = Field(description="As the receiver calls it; of another Sixclear the `external_id` of its task.")
    task_ids: list[UUID] = Field(min_length=1, max_length=MOST_TASKS, description="In the order of their texts.")
    fields: list[MappedField] | None = Field(
        default=None, max_length=MOST_FIELDS, description="In place of the mapping's own fields."
    )


class Mapping(Schema):
    """How your tasks and fields become the receiver's."""

    items: list[MappedItem] = Field(min_length=1, max_length=MOST_ITEMS)
    fields: list[MappedField] = Field(default_factory=list, max_length=MOST_FIELDS)
    joined_by: Literal["line", "paragraph", "semicolon"] = Field(
        default="line", description="What stands between the texts of two tasks."
    )

    @model_validator(mode="after")
    def _each_once(self) -> "Mapping":
        indexes = [item.index for item in self.items]
        if len(set(indexes)) < len(indexes):
            raise PydanticCustomError("index_twice", "Each index stands in the mapping once")
        if any(len(set(item.task_ids)) < len(item.task_ids) for item in self.items):
            raise PydanticCustomError("task_twice", "Each task stands in an item once")
        for item in self.items:
            self._check(item, self.fields if item.fields is None else item.fields)
        return self

    @staticmethod
    def _check(item: MappedItem, fields: list[MappedField]) -> None:
        if len({one.name for one in fields}) < len(fields):
            raise PydanticCustomError("field_twice", "Each name stands among the fields once")
        for one in fields:
            if one.task_id is not None and one.task_id not in item.task_ids:
                raise PydanticCustomError("task_not_of_item", "A field names a task that its item does not have")
            many = one.task_id is None and len(item.task_ids) > 1
            if many and one.of not in TEXTS | OF_ITEM:
                raise PydanticCustomError(
                    "field_of_several", "Of an item with several tasks, this field must say of which one: `task_id`"
                )


class ConnectorEntry(Schema):
    """Where your reports are sent on, and as what. It replaces the one before of this name."""

    name: Name = Field(description="Yours: one connector of your body has it.")
    adapter: Adapter = Field(
        description="`http`: the fields of the mapping as JSON. `sixclear`: the reports of another Sixclear, where "
        "your client leads the task."
    )
    address: Link = Field(
        description="Of `http`: where each item is sent; `{index}` and `{period}` in its path are filled in. Of "
        "`sixclear`: where the installation begins. It must be https, unless your operator allows its network."
    )
    method: Literal["PUT", "POST"] = Field(
        default="PUT", description="Of `http`. POST carries `Idempotency-Key`, which the receiver must honour."
    )
    source: Key | None = Field(default=None, description="Of `sixclear`: the `source` of its tasks' keys.")
    sends: Literal["reports", "confirmed"] = Field(
        default="reports",
        description="`reports`: the last report of the body that leads a task. `confirmed`: only that of a task whose "
        "result was confirmed.",
    )
    credential: Credential = Credential()
    mapping: Mapping
    on_filing: bool = Field(default=False, description="Whether filing a period sends on what it says.")
    active: bool = Field(default=True, description="Without it nothing is sent; what waits waits on, a week at most.")

    @model_validator(mode="after")
    def _of_its_adapter(self) -> "ConnectorEntry":
        if (self.adapter == "sixclear") != (self.source is not None):
            raise PydanticCustomError("source_of_sixclear", "Give `source` with `sixclear`, and only with it")
        if self.adapter == "sixclear" and (self.mapping.fields or any(item.fields for item in self.mapping.items)):
            raise PydanticCustomError("fields_of_http", "Another Sixclear knows the fields: leave them out")
        if self.adapter == "http" and not all(item.fields or self.mapping.fields for item in self.mapping.items):
            raise PydanticCustomError("fields_missing", "Say which fields are sent")
        if any(one in self.address.partition("?")[0].split("/", 3)[2] for one in "{}"):
            raise PydanticCustomError("host_filled_in", "Only the path may hold {index} and {period}")
        if any(one in self.address.replace("{index}", "").replace("{period}", "") for one in "{}"):
            raise PydanticCustomError("place_unknown", "Only {index} and {period} are filled in; correct the others")
        return self


class ConnectorView(ConnectorEntry):
    """A connector of your body."""

    connector_id: UUID
    version: int
    recorded_at: datetime


class DeliveryOrder(Schema):
    """What is to be sent on."""

    period: PeriodKey | None = Field(
        default=None, description="Of what period it is said, such as `2026-W48`, where the mapping says the period."
    )


class ShownRequest(Schema):
    """A request as it would be sent."""

    method: str
    address: str
    headers: dict[str, str] = Field(description="Secrets are masked.")
    content: Any = Field(description="JSON.")


PlannedOutcome = Literal["put", "unchanged", "left_out"]


class PlannedDelivery(Schema):
    """What becomes of one item of the mapping."""

    index: str
    outcome: PlannedOutcome = Field(
        description="`put`: it will be sent, or would be. `unchanged`: this report waits or was delivered before. "
        "`left_out`: `reason` says why."
    )
    reason: str | None = Field(
        default=None,
        description="`no-report`, `not-confirmed`, `task-restricted`, `task-not-yours` or `content-too-large`.",
    )
    delivery_id: UUID | None = None
    request: ShownRequest | None = Field(default=None, description="With `dry_run` only.")


class DeliveryPlan(Schema):
    """What a request for deliveries put, or would put. The sending itself goes on beside it."""

    dry_run: bool
    put: int
    unchanged: int
    left_out: int
    deliveries: list[PlannedDelivery]


class DeliveryView(Schema):
    """What became of one item that was put to be sent."""

    delivery_id: UUID
    index: str
    period: str | None
    state: DeliveryState = Field(
        description="`refused`: the receiver does not take it. `given_up`: it could not be sent for a week. Both are "
        "put again by the next request for deliveries. `dropped`: not sent, by what changed here."
    )
    attempts: int
    put_at: datetime
    next_at: datetime | None = Field(description="When it is tried next.")
    ended_at: datetime | None
    status: int | None = Field(description="HTTP status of the last answer.")
    problem: str | None = Field(description="Why the last attempt failed, in a word.")
    told: str | None = Field(description="What the receiver said about it: its beginning, secrets masked.")
    receipt: str | None = Field(description="What the receiver calls it: its entity tag or number.")
    sha256: str = Field(description="Of the content that was sent last.")
