"""What the standard `OTEL_…` variables decide here; one that cannot be kept is refused by name."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

_DEFAULT_SAMPLER = "parentbased_traceidratio"
_SAMPLERS = {"always_on": 1.0, "always_off": 0.0, "traceidratio": None}
_PARENT_BASED = "parentbased_"
_EXPORTERS = frozenset({"otlp", "none"})
_PROTOCOL = "spans leave as protobuf over HTTP; name the port of that, often 4318"
# Variables of which only some values hold: what they may be, and the way out for another one.
_ONLY = {
    "OTEL_EXPORTER_OTLP_PROTOCOL": (("http/protobuf",), _PROTOCOL),
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": (("http/protobuf",), _PROTOCOL),
    "OTEL_METRICS_EXPORTER": (("none", "prometheus"), "metrics are read at /metrics"),
    "OTEL_LOGS_EXPORTER": (("none",), "logs are lines of JSON on the standard output"),
    "OTEL_PROPAGATORS": (("tracecontext", "tracecontext,baggage"), "traces are continued by W3C Trace Context"),
    "OTEL_SERVICE_NAME": ((), "each service names itself; OTEL_RESOURCE_ATTRIBUTES says what else a span carries"),
    "OTEL_CONFIG_FILE": ((), "settings are read from variables only"),
    "OTEL_EXPERIMENTAL_CONFIG_FILE": ((), "settings are read from variables only"),
}


_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# The address of a collector, as OpenTelemetry's own exporter reads it: without a scheme every export fails.
_ENDPOINT = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)


class UnusableVariable(ValueError):
    """A standard variable asks for what cannot be kept; the text names it, not its value."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """The share of requests that begin a trace, and whether known callers decide for theirs."""

    share: float
    follows_callers: bool


def sampling(own_share: float, environment: Mapping[str, str] = os.environ) -> Sampling:
    """What `OTEL_TRACES_SAMPLER` and its argument say; without them `own_share`. Raises UnusableVariable."""
    name = environment.get("OTEL_TRACES_SAMPLER") or _DEFAULT_SAMPLER
    kind = name.removeprefix(_PARENT_BASED)
    if kind not in _SAMPLERS:
        raise UnusableVariable(
            f"OTEL_TRACES_SAMPLER: write one of {', '.join(_SAMPLERS)}, each also with `{_PARENT_BASED}` before it"
        )
    share = _SAMPLERS[kind]
    if share is None:
        share = _share(environment.get("OTEL_TRACES_SAMPLER_ARG"), own_share)
    return Sampling(share, follows_callers=name != kind)


def exports(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether spans are sent over OTLP where an endpoint is named. Raises UnusableVariable."""
    name = environment.get("OTEL_TRACES_EXPORTER") or "otlp"
    if name not in _EXPORTERS:
        raise UnusableVariable(f"OTEL_TRACES_EXPORTER: write {' or '.join(sorted(_EXPORTERS))}")
    return name == "otlp"


def collector(environment: Mapping[str, str] = os.environ) -> str | None:
    """Where spans are sent to; None when nowhere. Raises UnusableVariable."""
    address = environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or environment.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    return address if address and exports(environment) else None


def unusable(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A line for each standard variable that asks for what cannot be kept; never a value."""
    found: list[str] = []
    for check in (lambda: sampling(1.0, environment), lambda: exports(environment)):
        try:
            check()
        except UnusableVariable as error:
            found.append(str(error))
    found += [
        f"{name}: write the address of a collector with its scheme, such as http://collector:4318"
        for name in _ENDPOINTS
        if environment.get(name) and not _ENDPOINT.fullmatch(environment[name].strip())
    ]
    for name, (values, way_out) in _ONLY.items():
        if environment.get(name) and environment[name] not in values:
            known = f"write {' or '.join(values)}, or remove it" if values else "remove it"
            found.append(f"{name}: {known}: {way_out}")
    return found


def _share(text: str | None, own_share: float) -> float:
    if not text:
        return own_share
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise UnusableVariable("OTEL_TRACES_SAMPLER_ARG: write a share between 0 and 1")
    return share
