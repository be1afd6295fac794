"""Follow the topic of tasks with a Kafka library alone: how many tasks stand in which status, kept in SQLite.

    python examples/follow_tasks.py 127.0.0.1:9092 tasks.db --until-end

Nothing here is of Sixclear. What a consumer must know is in three rules, marked below: it keeps its own position with
its own state, it takes each version of an entity once, and it begins again when the log has a new epoch.
"""

import argparse
import asyncio
import json
import sqlite3
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRecord

TOPIC = "sixclear.tasks.task.v1"
SCHEMA = """
CREATE TABLE IF NOT EXISTS position (part INTEGER PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS log (epoch INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS task (task_id TEXT PRIMARY KEY, version INTEGER NOT NULL, status TEXT);
"""


def take(database: sqlite3.Connection, record: ConsumerRecord) -> None:
    """Apply one event and move the position, in the transaction of the caller."""
    headers: Mapping[str, bytes] = dict(record.headers)
    task_id, version, epoch = headers["ce_subject"].decode(), int(headers["ce_version"]), int(headers["ce_epoch"])
    # A new epoch: the log was restored, or something was taken out of it, and all of it is sent again. What was
    # known of the log before counts no more; events of an older epoch that still stand in the topic count neither.
    known = database.execute("SELECT max(epoch) FROM log").fetchone()[0] or 0
    if epoch > known:
        database.execute("DELETE FROM task")
        database.execute("INSERT INTO log VALUES (?)", (epoch,))
    if epoch >= known:
        # Sent at least once: an event may come again. The version tells; `data` is the whole state, so the newest
        # alone is enough. A withdrawn task is left with its identifier.
        status = json.loads(record.value).get("status")
        database.execute(
            "INSERT INTO task VALUES (?, ?, ?) ON CONFLICT (task_id) DO UPDATE SET version = excluded.version,"
            " status = excluded.status WHERE excluded.version > task.version",
            (task_id, version, status),
        )
    # The position is kept with the state, not in a consumer group: both are stored, or neither.
    database.execute("INSERT OR REPLACE INTO position VALUES (?, ?)", (record.partition, record.offset + 1))


async def follow(brokers: str, database: sqlite3.Connection, *, until_end: bool) -> None:
    """Read from the kept positions on, for ever or up to where the topic ends now."""
    # Without a group every partition is read here, and no position is stored at the broker.
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=brokers, group_id=None)
    await consumer.start()
    try:
        parts = sorted(consumer.assignment())
        kept = dict(database.execute("SELECT part, next FROM position"))
        first = await consumer.beginning_offsets(parts)
        for part in parts:
            consumer.seek(part, max(kept.get(part.partition, 0), first[part]))
        ends = await consumer.end_offsets(parts)
        while not until_end or any([await consumer.position(part) < ends[part] for part in parts]):
            batches = await consumer.getmany(timeout_ms=500)
            # What came together is one transaction: one write to the disk, not one for each event.
            with database:
                for records in batches.values():
                    for record in records:
                        take(database, record)
    finally:
        await consumer.stop()


def main() -> None:
    """Follow, then say what is known."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("brokers")
    options.add_argument("database")
    options.add_argument("--until-end", action="store_true", help="stop where the topic ends now")
    given = options.parse_args()
    database = sqlite3.connect(given.database)
    database.executescript(SCHEMA)
    asyncio.run(follow(given.brokers, database, until_end=given.until_end))
    statuses = "SELECT status, count(*) FROM task WHERE status IS NOT NULL GROUP BY status ORDER BY status"
    print(json.dumps(dict(database.execute(statuses))))


if __name__ == "__main__":
    main()
