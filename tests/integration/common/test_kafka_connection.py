"""Connecting to a real Kafka and changing one's mind."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.conn import AIOKafkaConnection
from aiokafka.protocol.metadata import MetadataRequest

from sixclear.common.bus.kafka import BatchProducer, BrokerView, connection
from sixclear.common.testing.kafka import Broker

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]


@pytest.mark.parametrize("client", [BatchProducer, BrokerView])
@pytest.mark.parametrize("patience", [1.0, 0.0], ids=["the broker answers", "the broker answers too late"])
async def test_a_start_that_is_cancelled_leaves_no_connection(
    kafka_server: Broker, monkeypatch: pytest.MonkeyPatch, client: Callable[[str], Any], patience: float
) -> None:
    monkeypatch.setattr(connection, "_FIRST_ANSWER_SECONDS", patience)
    made, asked, send = list[AIOKafkaConnection](), asyncio.Event(), AIOKafkaConnection.send

    def noticed(self: AIOKafkaConnection, request: Any, **options: Any) -> Any:
        if isinstance(request, MetadataRequest):
            made.append(self)
            asked.set()
        return send(self, request, **options)

    monkeypatch.setattr(AIOKafkaConnection, "send", noticed)
    one = client(kafka_server.bootstrap_servers)
    starting = asyncio.create_task(one.start())
    await asked.wait()
    starting.cancel()
    await asyncio.wait([starting])
    await one.stop()
    assert starting.cancelled()
    assert [made_one.connected() for made_one in made] == [False] * len(made)
    gc.collect()


async def test_a_start_that_is_cancelled_twice_leaves_no_connection(
    kafka_server: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, asked, send = list[AIOKafkaConnection](), asyncio.Event(), AIOKafkaConnection.send

    def unanswered(self: AIOKafkaConnection, request: Any, **options: Any) -> Any:
        if not isinstance(request, MetadataRequest):
            return send(self, request, **options)
        made.append(self)
        asked.set()
        return asyncio.get_running_loop().create_future()

    monkeypatch.setattr(AIOKafkaConnection, "send", unanswered)
    view = BrokerView(kafka_server.bootstrap_servers)
    starting = asyncio.create_task(view.start())
    await asked.wait()
    starting.cancel()
    await asyncio.sleep(0)
    assert not starting.done(), "the start has a moment to end by itself"
    starting.cancel()
    await asyncio.wait([starting])
    await view.stop()
    assert [made_one.connected() for made_one in made] == [False]


async def test_a_stop_that_is_cancelled_leaves_no_connection(kafka_server: Broker) -> None:
    view = BrokerView(kafka_server.bootstrap_servers)
    await view.start()
    await view.partitions()
    client = view._admin._client
    open_ones = list(client._conns.values())
    assert [one.connected() for one in open_ones] == [True] * len(open_ones) != []
    stopping = asyncio.create_task(connection.disconnect(asyncio.Event().wait(), client, 60.0))
    await asyncio.sleep(0)
    stopping.cancel()
    await asyncio.wait([stopping])
    assert [one.connected() for one in open_ones] == [False] * len(open_ones)
    await view.stop()


async def test_a_stop_that_comes_to_no_end_leaves_no_connection(kafka_server: Broker) -> None:
    view = BrokerView(kafka_server.bootstrap_servers)
    await view.start()
    await view.partitions()
    client = view._admin._client
    open_ones = list(client._conns.values())
    assert [one.connected() for one in open_ones] == [True] * len(open_ones) != []
    assert not await connection.disconnect(asyncio.Event().wait(), client, 0.01), "it never ends"
    assert [one.connected() for one in open_ones] == [False] * len(open_ones)
    await view.stop()
