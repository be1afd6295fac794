"""PATCH by merge patch (RFC 7396): what is left out stays as it is, null clears."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import ValidationError

from sixclear.common.errors import InvalidRequest, MalformedRequest, UnsupportedMediaType, field_error
from sixclear.common.web.media_types import require_type
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.schemas import Schema
from sixclear.common.web.validation import field_errors

MEDIA_TYPE = "application/merge-patch+json"
S = TypeVar("S", bound=Schema)

# Deeper than any request goes; what is deeper is refused by the schema, and need not be merged for that.
_DEEPEST = 32


async def merge_patch(request: Request) -> dict[str, Any]:
    """The patch in the body. Raises UnsupportedMediaType for another type, InvalidRequest for what is no object."""
    require_type(request, (MEDIA_TYPE,))
    try:
        patch = await request.json()
    except (ValueError, RecursionError):
        raise InvalidRequest(errors=[field_error("", "json-invalid", "The body is not valid JSON.")]) from None
    if not isinstance(patch, dict):
        raise InvalidRequest(errors=[field_error("", "not-an-object", "Send an object with the members to change.")])
    return patch


MergePatchDep = Annotated[dict[str, Any], Depends(merge_patch)]


def patched(schema: type[S], current: Mapping[str, Any], patch: Mapping[str, Any], **fixed: Any) -> S:
    """The description that `patch` makes out of `current`, by the same rules as one that is sent whole.

    null clears a member where the schema lets it be empty; elsewhere it is refused like any wrong value. `fixed` has
    the members that a patch cannot change, as they are: one that comes along must be equal. Raises InvalidRequest.
    """
    moved = [name for name, value in fixed.items() if name in patch and patch[name] != value]
    if moved:
        raise InvalidRequest(
            errors=[field_error(f"/{name}", "not-patched", "It names the entity; leave it out.") for name in moved]
        )
    wanted = _merge({**current, **fixed}, {name: value for name, value in patch.items() if name not in fixed}, 0)
    wanted |= {name: None for name, value in patch.items() if value is None and not _may_be_empty(schema, name)}
    try:
        return schema.model_validate(wanted)
    except ValidationError as error:
        found = [{**complaint, "loc": ("body", *complaint["loc"])} for complaint in error.errors(include_url=False)]
        raise InvalidRequest(errors=field_errors(found, schema)) from None


def patch_body(schema: type[Schema], *left_out: str) -> dict[str, Any]:
    """What a route passes as `openapi_extra=`: the members of `schema`, each of them optional, without `left_out`."""
    members = schema.model_json_schema(ref_template="#/components/schemas/{model}")["properties"]
    described = {
        "type": "object",
        "description": "What is left out stays as it is; null clears what may be empty.",
        "properties": {name: _or_null(schema, name, kind) for name, kind in members.items() if name not in left_out},
        "additionalProperties": False,
    }
    return {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": described}}}}


def patch_responses() -> dict[int | str, dict[str, Any]]:
    """What every PATCH can be refused with besides what its use case declares."""
    return problem_responses(MalformedRequest, UnsupportedMediaType)


def _merge(target: Any, patch: Any, depth: int) -> Any:
    if not isinstance(patch, dict) or depth > _DEEPEST:
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merge(merged.get(name), value, depth + 1)
    return merged


def _may_be_empty(schema: type[Schema], name: str) -> bool:
    """Whether a member that is left out of a whole description is empty; a default of another kind is not empty."""
    field = schema.model_fields.get(name)
    return field is not None and not field.is_required() and field.get_default(call_default_factory=True) in (None, [])


def _or_null(schema: type[Schema], name: str, kind: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in kind.items() if key != "default"}
    if not _may_be_empty(schema, name) or {"type": "null"} in shown.get("anyOf", ()):
        return shown
    return {"anyOf": [shown, {"type": "null"}]}
