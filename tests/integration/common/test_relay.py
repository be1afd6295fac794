"""The relay with a real Kafka: takeover, replay on demand, spans, backlog."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from sqlalchemy import text

from sixclear.common.bus.dead_letters import record_of
from sixclear.common.bus.kafka import BrokerView, KafkaBus
from sixclear.common.bus.kafka.producer import partition_of
from sixclear.common.bus.protocol import Message
from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events import purge
from sixclear.common.events.log import EventLog
from sixclear.common.ids import new_id
from sixclear.common.relay import relay as relay_module
from sixclear.common.relay.cursor import request_replay
from sixclear.common.relay.relay import Relay, RelayLimits
from sixclear.common.testing.bus import change, commit_changes, create_tables, things_of, unique_service
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.kafka import Broker
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    database = Database(await empty_database(), application_name="test", pool_size=10)
    try:
        await create_tables(database, relay_module.DDL_V1, purge.DDL_V1)
        yield EventLog(things_of(unique_service()), database)
    finally:
        await database.close()


def _relay(log: EventLog, broker: Broker, limits: RelayLimits | None = None) -> Relay:
    return Relay(log, log.database, broker.bootstrap_servers, limits=limits)


async def _topic(log: EventLog, broker: Broker) -> list[Message]:
    """Everything in the topic, from its beginning."""
    subscription = KafkaBus(broker.bootstrap_servers).subscribe("looker", [log.topic("thing")])
    messages: list[Message] = []
    try:
        await subscription.open({})
        while several := await subscription.fetch(1000, 0.6):
            messages.extend(several)
        return messages
    finally:
        await subscription.close()


def _versions(messages: list[Message], entity_id: UUID) -> list[int]:
    envelopes = [message.envelope for message in messages]
    return [one.version for one in envelopes if not isinstance(one, ValueError) and one.entity_id == entity_id]


async def _sent_up_to(relay: Relay, position: int) -> bool:
    return relay.state().position >= position


async def test_events_arrive_in_order_in_the_partition_of_their_entity(log: EventLog, kafka_server: Broker) -> None:
    entities = [new_id() for _ in range(8)]
    await commit_changes(log, entities * 5)
    relay = _relay(log, kafka_server)
    await relay.start()
    try:
        await eventually(lambda: _sent_up_to(relay, 40))
    finally:
        await relay.stop()
    messages = await _topic(log, kafka_server)
    assert len(messages) == 40
    for entity_id in entities:
        assert _versions(messages, entity_id) == [1, 2, 3, 4, 5]
    for message in messages:
        key = record_of(message).key or b""
        assert message.stream == f"{log.topic('thing')}/{partition_of(key, 4)}"


async def test_topics_keep_every_event_for_ever(log: EventLog, kafka_server: Broker) -> None:
    view = BrokerView(kafka_server.bootstrap_servers)
    relay = _relay(log, kafka_server, RelayLimits(partitions=2))
    await commit_changes(log, [new_id()])
    await relay.start()
    try:
        await eventually(lambda: _sent_up_to(relay, 1))
        await view.start()
        assert (await view.partitions())[log.topic("thing")] == 2
        config = await view.topic_settings(log.topic("thing"))
        assert (config["retention.ms"], config["cleanup.policy"]) == ("-1", "delete")
    finally:
        await view.stop()
        await relay.stop()


async def test_one_is_active_and_another_takes_over_when_its_session_ends(log: EventLog, kafka_server: Broker) -> None:
    first, second = _relay(log, kafka_server), _relay(log, kafka_server)
    entity_id = new_id()
    await first.start()
    await eventually(lambda: _active(first))
    await second.start()
    try:
        await commit_changes(log, [entity_id] * 3)
        await eventually(lambda: _sent_up_to(first, 3))
        assert not second.state().active
        await first.stop()
        await eventually(lambda: _active(second), within_seconds=5)
        await commit_changes(log, [entity_id] * 3)
        await eventually(lambda: _sent_up_to(second, 6))
    finally:
        await first.stop()
        await second.stop()
    assert _versions(await _topic(log, kafka_server), entity_id) == [1, 2, 3, 4, 5, 6]


async def test_a_relay_whose_session_was_ended_begins_again(log: EventLog, kafka_server: Broker) -> None:
    relay = _relay(log, kafka_server)
    entity_id = new_id()
    await relay.start()
    try:
        await eventually(lambda: _active(relay))
        async with log.database.transaction() as session:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            await session.execute(text(ended))
        await commit_changes(log, [entity_id] * 3)
        await eventually(lambda: _sent_up_to(relay, 3))
    finally:
        await relay.stop()
    assert set(_versions(await _topic(log, kafka_server), entity_id)) == {1, 2, 3}


async def _active(relay: Relay) -> bool:
    return relay.state().active


async def test_sending_again_on_demand(log: EventLog, kafka_server: Broker) -> None:
    one, other = new_id(), new_id()
    relay = _relay(log, kafka_server)
    await commit_changes(log, [one, other, one])
    await relay.start()
    try:
        await eventually(lambda: _sent_up_to(relay, 3))
        await request_replay(log.database, entity_id=one)
        await eventually(lambda: _served(log))
        assert _versions(await _topic(log, kafka_server), one) == [1, 2, 1, 2]
        await request_replay(log.database, from_position=2)
        await eventually(lambda: _served(log))
        await eventually(lambda: _sent_up_to(relay, 3))
        messages = await _topic(log, kafka_server)
        assert _versions(messages, one) == [1, 2, 1, 2, 2]
        assert _versions(messages, other) == [1, 1]
        with pytest.raises(ValueError, match="either"):
            await request_replay(log.database)
    finally:
        await relay.stop()


async def _served(log: EventLog) -> bool:
    async with log.database.session() as session:
        return bool((await session.execute(text("SELECT count(*) FROM relay_replay"))).scalar_one() == 0)


async def test_restricted_entities_stay_inside_but_their_withdrawal_goes_out(
    log: EventLog, kafka_server: Broker
) -> None:
    sealed = new_id()
    relay = _relay(log, kafka_server)
    for published in (True, False, True):
        async with log.database.transaction() as session:
            await change(session, log, sealed, published=published)
    await relay.start()
    try:
        await eventually(lambda: _sent_up_to(relay, 3))
    finally:
        await relay.stop()
    assert _versions(await _topic(log, kafka_server), sealed) == [1, 3]


async def test_backlog_and_age_are_known_while_the_broker_is_away(log: EventLog) -> None:
    async def backlog() -> bool:
        state = relay.state()
        counted = state.measured_at is not None and state.backlog_rows == 4 and bool(state.oldest_age_seconds)
        return counted and state.last_error is not None

    await commit_changes(log, [new_id()] * 4)
    relay = Relay(log, log.database, "127.0.0.1:9", limits=RelayLimits(check_seconds=0.1, send_seconds=1.0))
    await relay.start()
    try:
        await eventually(backlog)
        assert not relay.state().active
    finally:
        await asyncio.wait_for(relay.stop(5.0), 6.0)


async def test_how_long_an_event_dated_ahead_waits_is_not_known(log: EventLog) -> None:
    """Its writer's clock ran ahead: it may have been waiting for any time, so zero would be a lie."""

    async def counted() -> bool:
        return relay.state().backlog_rows == 1

    await commit_changes(log, [new_id()])
    limits = RelayLimits(check_seconds=0.1, send_seconds=1.0)
    relay = Relay(log, log.database, "127.0.0.1:9", limits=limits, clock=lambda: utc_now() - timedelta(hours=1))
    await relay.start()
    try:
        await eventually(counted)
        assert relay.state().oldest_age_seconds is None
    finally:
        await asyncio.wait_for(relay.stop(5.0), 6.0)


async def test_a_sampled_batch_leaves_one_send_span_with_links(log: EventLog, kafka_server: Broker) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("sixclear.demo")
    log._tracer = tracer
    entity_id = new_id()
    for _ in range(2):
        with tracer.start_as_current_span("POST"):
            await commit_changes(log, [entity_id])
    await commit_changes(log, [entity_id])
    relay = _relay(log, kafka_server)
    relay._tracer = tracer
    await relay.start()
    try:
        await eventually(lambda: _sent_up_to(relay, 3))
    finally:
        await relay.stop()
    spans = exporter.get_finished_spans()
    created = [span.context.span_id for span in spans if span.name.startswith("create") and span.context]
    (send,) = [span for span in spans if span.name == f"send {log.topic('thing')}"]
    assert send.kind is SpanKind.CLIENT
    assert send.parent is None
    assert [link.context.span_id for link in send.links] == created
    assert (send.attributes or {})["messaging.batch.message_count"] == 3
