"""Calling the endpoint of a route: what it and its dependencies ask for is planned once, not found out per request.

FastAPI walks through the tree of dependencies at every request, and solves again what it has solved already. Of a
report, that and finding its route were a third of the Python calls.
"""

import inspect
import json
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import params
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.routing import APIRoute
from fastapi.utils import is_body_allowed_for_status_code
from pydantic_core import PydanticUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sixclear.common.web.media_types import media_type

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Unplanned(Exception):
    """The route asks for something that only FastAPI solves, such as a dependency with `yield`."""


class _Failed:
    """In place of what a dependency gives, when what it asks for is not valid."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Parameters from one place of the request."""

    fields: Sequence[Any]
    received: Callable[[Request], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Step:
    """One call, of a dependency or at the end of the endpoint; `given` maps its parameters to earlier steps."""

    call: Callable[..., Any]
    given: tuple[tuple[str, int], ...]
    earlier: tuple[int, ...]
    parts: tuple[_Part, ...]
    request_names: tuple[str, ...]
    response_name: str | None


def planned(route: APIRoute, done: Collection[object]) -> Handler:
    """A handler that does what FastAPI's own one does, in fewer steps; raises Unplanned.

    `done` are dependencies that need no call, because the route has done their work before. The answer is not validated
    again where the endpoint gives an instance of the model that it declares. `dependency_overrides` are not looked at.
    """
    steps = _Plan(done).of(route.dependant)
    body, answer = _body_field(route), _Answer.of(route)
    wants_response = any(step.response_name for step in steps)

    async def handle(request: Request) -> Response:
        sent = PydanticUndefined if body is None else await _read_body(request)
        made = _blank() if wants_response else None
        results: list[Any] = []
        errors: list[Any] = []
        for step in steps:
            values: dict[str, Any] = {name: results[index] for name, index in step.given}
            faults: list[Any] = []
            for part in step.parts:
                found, wrong = request_params_to_args(part.fields, part.received(request))
                values.update(found)
                faults += wrong
            if step is steps[-1] and body is not None:
                found, wrong = await _body_values(body, sent)
                values.update(found)
                faults += wrong
            errors += faults
            if faults or any(results[index] is _Failed for index in step.earlier):
                results.append(_Failed)
                continue
            if errors and step is steps[-1]:
                break
            for name in step.request_names:
                values[name] = request
            if step.response_name:
                values[step.response_name] = made
            results.append(await step.call(**values))
        if errors:
            raise RequestValidationError(errors, body=None if sent is PydanticUndefined else sent)
        return answer.response(results[-1], made)

    return handle


class _Plan:
    """Puts the tree of dependencies into one order, each of them once."""

    def __init__(self, done: Collection[object]) -> None:
        self._done = done
        self._steps: list[_Step] = []
        self._places: dict[Any, int] = {}

    def of(self, dependant: Dependant) -> Sequence[_Step]:
        """The steps to the endpoint, which is the last one."""
        self._add(dependant)
        return tuple(self._steps)

    def _add(self, one: Dependant) -> int:
        if not _is_plain(one):
            raise Unplanned
        given, earlier = [], []
        for below in one.dependencies:
            if below.name is None and any(below.call is known for known in self._done):
                continue
            place = self._placed(below)
            earlier.append(place)
            if below.name is not None:
                given.append((below.name, place))
        names = (one.request_param_name, one.http_connection_param_name)
        assert one.call is not None
        step = _Step(
            one.call,
            tuple(given),
            tuple(earlier),
            tuple(_parts(one)),
            tuple(filter(None, names)),
            one.response_param_name,
        )
        self._steps.append(step)
        return len(self._steps) - 1

    def _placed(self, one: Dependant) -> int:
        known = self._places.get(one.call)
        if known is None:
            known = self._places[one.call] = self._add(one)
        elif self._asks(known):
            raise Unplanned  # FastAPI would tell what is wrong with it twice
        return known

    def _asks(self, place: int) -> bool:
        step = self._steps[place]
        return bool(step.parts) or any(map(self._asks, step.earlier))


def _is_plain(one: Dependant) -> bool:
    call = one.call if inspect.isroutine(one.call) else getattr(one.call, "__call__", None)  # noqa: B004
    special = (one.security_scopes_param_name, one.background_tasks_param_name, one.websocket_param_name)
    scoped = (one.own_oauth_scopes, one.parent_oauth_scopes, one.concurrency)
    return inspect.iscoroutinefunction(call) and one.use_cache and not any(special) and not any(scoped)


def _parts(one: Dependant) -> Iterator[_Part]:
    if one.path_params:
        yield _Part(one.path_params, lambda request: request.path_params)
    if one.query_params:
        yield _Part(one.query_params, lambda request: request.query_params)
    if one.header_params:
        yield _Part(one.header_params, lambda request: request.headers)
    if one.cookie_params:
        yield _Part(one.cookie_params, lambda request: request.cookies)


def _body_field(route: APIRoute) -> Any:
    """The one field that is the whole body; None where none is read. Raises Unplanned for forms and several."""
    if route.body_field is None:
        return None
    field = route.body_field
    if [one is field for one in route.dependant.body_params] != [True] or isinstance(field.field_info, params.Form):
        raise Unplanned
    return field


async def _read_body(request: Request) -> Any:
    try:
        raw = await request.body()
        if not raw:
            return PydanticUndefined
        kind = media_type(request)
        is_json = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
        return await request.json() if is_json else raw
    except json.JSONDecodeError as error:
        fault = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([fault | {"ctx": {"error": error.msg}}], body=error.doc) from error
    except HTTPException:
        raise
    except Exception as error:
        raise HTTPException(status_code=400, detail="There was an error parsing the body") from error


async def _body_values(field: Any, sent: Any) -> tuple[dict[str, Any], list[Any]]:
    if sent is PydanticUndefined:
        return await request_body_to_args([field], sent, embed_body_fields=False)
    value, errors = field.validate(sent, {}, loc=("body",))
    return {field.name: value}, errors


def _blank() -> Response:
    """What an endpoint puts its headers and status into."""
    response = Response()
    del response.headers["content-length"]
    response.status_code = None  # type: ignore[assignment]
    return response


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a route makes an answer of what its endpoint gives."""

    field: Any
    kind: type[Response]
    as_json: bool
    status: int | None
    options: Mapping[str, Any]

    @classmethod
    def of(cls, route: APIRoute) -> "_Answer":
        """As the route declares it; raises Unplanned for a stream."""
        if route.is_sse_stream or route.is_json_stream:
            raise Unplanned
        declared = route.response_class
        options = {
            "include": route.response_model_include,
            "exclude": route.response_model_exclude,
            "by_alias": route.response_model_by_alias,
            "exclude_unset": route.response_model_exclude_unset,
            "exclude_defaults": route.response_model_exclude_defaults,
            "exclude_none": route.response_model_exclude_none,
        }
        if not isinstance(declared, DefaultPlaceholder):
            return cls(route.response_field, declared, False, route.status_code, options)
        return cls(route.response_field, declared.value, route.response_field is not None, route.status_code, options)

    def response(self, given: Any, made: Response | None) -> Response:
        """The answer; with the status and the headers of `made`, which the endpoint was given."""
        if isinstance(given, Response):
            return given
        status = (made.status_code if made is not None else None) or self.status
        arguments: dict[str, Any] = {} if status is None else {"status_code": status}
        if self.as_json:
            response = Response(self._checked(given, "serialize_json"), media_type="application/json", **arguments)
        else:
            plain = jsonable_encoder(given) if self.field is None else self._checked(given, "serialize")
            response = self.kind(plain, **arguments)
        if not is_body_allowed_for_status_code(response.status_code):
            response.body = b""
        if made is not None:
            response.headers.raw.extend(made.headers.raw)
        return response

    def _checked(self, given: Any, serializer: str) -> Any:
        if type(given) is not self.field.field_info.annotation:
            given, errors = self.field.validate(given, {}, loc=("response",))
            if errors:
                raise ResponseValidationError(errors=errors, body=given)
        return getattr(self.field, serializer)(given, **self.options)
