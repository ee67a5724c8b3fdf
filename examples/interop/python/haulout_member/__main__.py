"""The program: a member that tells what happens, a JSON object a line, and takes commands by lines.

    python -m haulout_member --name py-1 --bind 127.0.0.1:7950 --join 127.0.0.1:7946

Commands on standard input: `members`, `records`, `services`, `digest`, `dropped`,
`put TOPIC KEY VALUE`, `remove TOPIC KEY`, `event NAME PAYLOAD`, `leave`. End of input changes
nothing; SIGINT and SIGTERM leave.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import signal
import sys

from .event import Event
from .gen import haulout_pb2 as pb
from .identity import Identity, Refused, Route
from .settings import PROFILES
from .topics import EVENTS, Service, named_event, read_named_event, services
from .udp import Node


def main() -> int:
    """Runs until it has left."""
    arguments = _parser().parse_args()
    try:
        return asyncio.run(_run(arguments))
    except (OSError, Refused) as error:
        print(f"haulout_member: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="haulout_member", description="A member of a Haulout cluster.")
    parser.add_argument("--name", required=True, help="name, unique in the cluster")
    parser.add_argument("--bind", type=_route, default=("127.0.0.1", 7946), metavar="IP:PORT")
    parser.add_argument("--join", type=_route, nargs="*", default=[], metavar="IP:PORT")
    parser.add_argument("--label", help="the cluster's label")
    parser.add_argument("--profile", choices=PROFILES, default="lan")
    parser.add_argument("--record", action="append", default=[], metavar="TOPIC/KEY=VALUE",
                        help="a record to publish")
    parser.add_argument("--service", action="append", default=[], metavar="NAME:PORT[,tag=TAG]",
                        help="a service to offer, at the address of the member")
    parser.add_argument("--loss", type=float, default=0.0, help="share of datagrams to drop, for tests")
    parser.add_argument("--loss-seed", type=int, default=1, help="what decides which are dropped")
    return parser


def _service(text: str, address: str) -> Service:
    place, *options = text.split(",")
    name, _, port = place.partition(":")
    tags = tuple(option.removeprefix("tag=") for option in options if option.startswith("tag="))
    return Service(name, name, address, int(port), tags)


def _route(text: str) -> Route:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


async def _run(arguments: argparse.Namespace) -> int:
    node = await Node.start(arguments.name, arguments.bind, arguments.join, arguments.label,
                            PROFILES[arguments.profile], arguments.loss, arguments.loss_seed)
    for record in arguments.record:
        place, _, value = record.partition("=")
        topic, _, key = place.partition("/")
        node.put(int(topic), key.encode(), value.encode())
    for service in arguments.service:
        node.offer(_service(service, node.address[0]))
    _say(kind="started", member=node.member.me)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    tasks = [asyncio.create_task(_tell(node)), asyncio.create_task(_obey(node, stop))]
    await stop.wait()
    await node.leave()
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    return 0


async def _tell(node: Node) -> None:
    async for event in node.events():
        _say(kind=event.kind, **_named(event))


def _named(event: Event) -> dict:
    """A user event of the topic of named events has its name and its payload."""
    if event.kind == "user_event" and event.data["topic"] == EVENTS:
        name, payload = read_named_event(event.data["payload"]) or ("", b"")
        return event.data | {"name": name, "payload": payload}
    return event.data


async def _obey(node: Node, stop: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        words = line.decode().split(maxsplit=3)
        try:
            _command(node, stop, words)
        except (ValueError, IndexError) as error:
            _say(kind="error", problem=str(error))


def _command(node: Node, stop: asyncio.Event, words: list[str]) -> None:
    member = node.member
    match words:
        case ["members"]:
            listed = [{"member": held.identity, "state": held.state.name.lower()} for held in member.table.values()]
            _say(kind="members", members=listed, life=member.life)
        case ["records"]:
            records = [{"owner": owner, "topic": topic, "key": key, "value": value}
                       for owner, topic, key, value in member.registry.records()]
            _say(kind="records", records=records)
        case ["services"]:
            _say(kind="services", services=[dataclasses.asdict(service) for service in services(member)])
        case ["digest"]:
            members, records = (member.sync.digest(plane).root() for plane in (pb.PLANE_MEMBERS, pb.PLANE_RECORDS))
            _say(kind="digest", members=f"{members:016x}", records=f"{records:016x}")
        case ["dropped"]:
            _say(kind="dropped", malformed=member.dropped["malformed"])
        case ["put", topic, key, value]:
            node.put(int(topic), key.encode(), value.strip().encode())
        case ["remove", topic, key]:
            node.remove(int(topic), key.encode())
        case ["event", name, *payload]:
            node.send_event(EVENTS, named_event(name, " ".join(payload).strip().encode()))
        case ["leave"]:
            stop.set()
        case _:
            raise ValueError("commands: members, records, services, digest, dropped, put, remove, event, leave")


def _say(**data) -> None:
    print(json.dumps(data, default=_plain), flush=True)


def _plain(value) -> object:
    if isinstance(value, Identity):
        host, port = value.route
        return {"name": value.name, "address": f"{host}:{port}", "epoch": value.epoch}
    return value.decode(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
