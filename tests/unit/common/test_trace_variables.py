"""OpenTelemetry's own variables hold, or the start says which one does not."""

import pytest

from sixclear.common.trace_variables import Sampling, exports, sampling, unusable


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, Sampling(0.3, True)),
        ({"OTEL_TRACES_SAMPLER": "always_on"}, Sampling(1.0, False)),
        ({"OTEL_TRACES_SAMPLER": "always_off"}, Sampling(0.0, False)),
        ({"OTEL_TRACES_SAMPLER": "parentbased_always_off"}, Sampling(0.0, True)),
        ({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25"}, Sampling(0.25, False)),
        ({"OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}, Sampling(0.3, True)),
        ({"OTEL_TRACES_SAMPLER_ARG": "1"}, Sampling(1.0, True)),
    ],
)
def test_samplers(variables: dict[str, str], found: Sampling) -> None:
    assert sampling(0.3, variables) == found


@pytest.mark.parametrize(("value", "found"), [(None, True), ("otlp", True), ("none", False)])
def test_exporters(value: str | None, found: bool) -> None:
    assert exports({} if value is None else {"OTEL_TRACES_EXPORTER": value}) is found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_TRACES_EXPORTER", "zipkin"),
        ("OTEL_TRACES_SAMPLER", "jaeger_remote"),
        ("OTEL_TRACES_SAMPLER_ARG", "half"),
        ("OTEL_TRACES_SAMPLER_ARG", "nan"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
        ("OTEL_SERVICE_NAME", "my-sixclear"),
        ("OTEL_PROPAGATORS", "b3"),
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "traces.hanoi:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://traces.hanoi:4317"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https:///v1/traces"),
    ],
)
def test_what_cannot_be_kept_is_named_without_its_value(name: str, value: str) -> None:
    [line] = unusable({name: value})
    assert line.startswith(f"{name}: ")
    assert value not in line


def test_what_needs_no_word_has_none() -> None:
    usual = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_RESOURCE_ATTRIBUTES": "a=b"}
    assert unusable(usual | {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_SERVICE_NAME": ""}) == []
