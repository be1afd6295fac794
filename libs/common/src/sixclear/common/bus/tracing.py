"""`process {topic}` spans: each sampled message continues the trace of the request that made it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode

from sixclear.common.bus.envelope import Envelope
from sixclear.common.telemetry import remote_context

# A replay of years must not make a span for each old event; the first of a batch stand for the rest.
MAX_SPANS_PER_BATCH = 64
MAX_LINKS_PER_SPAN = 128


def context_of(traceparent: str | None) -> SpanContext | None:
    """The span context in a stored `traceparent`, None where there is none, a broken one, or one not sampled."""
    context = remote_context(traceparent)
    return context if context is not None and context.trace_flags.sampled else None


@contextmanager
def process_spans(tracer: trace.Tracer, group: str, envelopes: Sequence[Envelope], attempt: int) -> Iterator[None]:
    """Spans around the handling of a batch; the first one is current, so that its database spans have a parent."""
    sampled = [(envelope, context) for envelope in envelopes if (context := context_of(envelope.traceparent))]
    with ExitStack() as stack:
        spans = [
            _start(stack, tracer, group, envelope, context, attempt)
            for envelope, context in sampled[:MAX_SPANS_PER_BATCH]
        ]
        if spans:
            stack.enter_context(trace.use_span(spans[0], end_on_exit=False, record_exception=False))
        try:
            yield
        except BaseException as error:
            for span in spans:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__qualname__)
            raise


def _start(
    stack: ExitStack, tracer: trace.Tracer, group: str, envelope: Envelope, context: SpanContext, attempt: int
) -> Span:
    span = tracer.start_span(
        f"process {envelope.topic}",
        context=trace.set_span_in_context(NonRecordingSpan(context)),
        kind=SpanKind.CONSUMER,
        links=[trace.Link(context)],
        attributes={
            "messaging.system": "kafka",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": envelope.topic,
            "messaging.consumer.group.name": group,
            "messaging.kafka.message.key": str(envelope.entity_id),
            "sixclear.delivery_attempt": attempt,
        },
    )
    stack.callback(span.end)
    return span


@contextmanager
def send_span(tracer: trace.Tracer, topic: str, partition: int, traceparents: Sequence[str | None]) -> Iterator[None]:
    """One `send {topic}` span for a batch, linked to the requests that made its events; none where none was sampled."""
    contexts = [context for traceparent in traceparents if (context := context_of(traceparent))]
    if not contexts:
        yield
        return
    with tracer.start_as_current_span(
        f"send {topic}",
        kind=SpanKind.CLIENT,
        links=[trace.Link(context) for context in contexts[:MAX_LINKS_PER_SPAN]],
        attributes={
            "messaging.system": "kafka",
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": topic,
            "messaging.destination.partition.id": str(partition),
            "messaging.batch.message_count": len(traceparents),
        },
    ):
        yield
