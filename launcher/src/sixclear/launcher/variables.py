"""Which `SIXCLEAR_…` variables there are; one that is not known is a setting that does not hold, so it is refused."""

import difflib
import os
from collections.abc import Mapping
from functools import cache

from pydantic_settings import BaseSettings

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.secret_files import file_variable_of, variable_of
from sixclear.common.settings import CommonSettings
from sixclear.common.trace_variables import unusable
from sixclear.launcher.options import FORMER
from sixclear.launcher.registry import SERVICES
from sixclear.launcher.signals import PARENT_PIPE

_PREFIX = "SIXCLEAR_"
_OTEL = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_TRACES_EXPORTER",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
)
# Read where they are used, not by a class of settings.
_OTHERS = frozenset({"SIXCLEAR_HOST", "SIXCLEAR_KAFKA_CACHE", PARENT_PIPE})


@cache
def known_variables() -> frozenset[str]:
    """Every variable that a process of any service reads: one file of settings may serve them all."""
    names = set(_OTHERS | FORMER.keys()) | {f"{service.variable}_URL" for service in SERVICES}
    classes: list[type[BaseSettings]] = [CommonSettings, *(service.settings_class() for service in SERVICES)]
    for settings in classes:
        for name in settings.model_fields:
            names.add(variable_of(settings, name))
            names.add(file_variable_of(settings, name) or variable_of(settings, name))
    return frozenset(names)


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A line for each unknown `SIXCLEAR_…` variable, with the nearest known one; never a value."""
    known = known_variables()
    wrong = sorted(name for name in environment if name.upper().startswith(_PREFIX) and name.upper() not in known)
    return [f"{name}: there is no such setting{_nearest(name, known)}" for name in wrong]


def wrong_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """What nothing reads, and what OpenTelemetry's variables ask for that cannot be kept."""
    return unknown_variables(environment) + unusable(environment) + _misspelt(environment)


def _misspelt(environment: Mapping[str, str]) -> list[str]:
    """OpenTelemetry's variables that are nearly those which hold here; others are the SDK's."""
    strangers = sorted(name for name in environment if name.startswith("OTEL_") and name not in _OTEL)
    near = {name: difflib.get_close_matches(name, _OTEL, n=1, cutoff=0.95) for name in strangers}
    return [f"{name}: there is no such setting; the nearest is {found[0]}" for name, found in near.items() if found]


def _nearest(name: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.75)
    return f"; the nearest is {near[0]}" if near else ""


def refuse_wrong() -> None:
    """Raise CannotStart where a variable of the environment would not hold."""
    if wrong := wrong_variables():
        raise CannotStart(
            "Some settings would not hold. " + "; ".join(wrong) + ".",
            "Correct or remove them. Every setting: docs/reference/configuration.md, or sixclear check-config.",
        )
