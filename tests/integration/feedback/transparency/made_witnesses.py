"""Witnesses of the log under test: each with the store of `sixclear witness`, and each may be away or lie."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.integration.feedback.conftest import Service
from tests.integration.feedback.transparency.public_log import KEY, sequencer

from sixclear.common.sender.errors import NotSent
from sixclear.common.sender.sender import Outgoing, Reply
from sixclear.common.transparency.notes import COSIGNATURE, SigningKey
from sixclear.common.transparency.witnessing import SIZE_TYPE, AddCheckpoint
from sixclear.feedback.transparency.sequencer import Sequencer
from sixclear.launcher.witness.store import WitnessStore

LOGS = {KEY.name: [KEY.verifier]}
Says = Callable[[Outgoing], Awaitable[Reply]]


class MadeWitnesses:
    """Witnesses by their names; `away` do not answer, and `lying` say what they are told to."""

    def __init__(self, service: Service, folder: Path, *names: str, quorum: str = "all") -> None:
        self._service = service
        seeds = {name: name.encode().ljust(32) for name in names}
        self.keys = {name: SigningKey.of_seed(f"{name}.example/w", seed, COSIGNATURE) for name, seed in seeds.items()}
        self._stores = {name: WitnessStore(folder / f"{name}.sqlite") for name in names}
        self.away: set[str] = set()
        self.lying: dict[str, Says] = {}
        self.asked: list[str] = []
        lines = [f"witness {name} {key.verifier} https://{name}.example/w" for name, key in self.keys.items()]
        self.policy = "\n".join([*lines, f"group enough {quorum} {' '.join(names)}", "quorum enough"]) + "\n"

    async def send(self, outgoing: Outgoing) -> Reply:
        """What one of them answers."""
        name = outgoing.address.split("/")[2].removesuffix(".example")
        self.asked.append(name)
        if name in self.away:
            raise NotSent("no-connection", down=True)
        if name in self.lying:
            return await self.lying[name](outgoing)
        request = AddCheckpoint.parse(outgoing.content.decode())
        reply = self._stores[name].answer(request, LOGS, self.keys[name], self._service.clock())
        return Reply(reply.status, {"content-type": reply.content_type}, reply.body.encode())

    def sequencer(self, folder: Path) -> Sequencer:
        """A process whose policy names these witnesses."""
        return sequencer(self._service, folder, witnesses=self.policy, send=self.send)


async def saw_a_thousand(_: Outgoing) -> Reply:
    """A witness that claims more than there ever was."""
    return Reply(409, {"content-type": SIZE_TYPE}, b"1000\n")
