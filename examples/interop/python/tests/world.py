"""Members in virtual time, with a network that delivers at once, or drops."""

import random

from haulout_member.identity import Identity
from haulout_member.member import Member
from haulout_member.settings import PROFILES


class World:
    """Members by name, and the time that they share."""

    def __init__(self, *names, loss=0.0, settings=PROFILES["lan"], label=None, seed=7):
        self.now, self.loss, self.settings, self.label = 1.0, loss, settings, label
        self.rng = random.Random(seed)
        self.members, self.frozen, self.events = {}, set(), {}
        self.refused = 0
        for name in names:
            self.add(name)

    def add(self, name, join="a", epoch=None):
        index = len(self.members) if name not in self.members else list(self.members).index(name)
        epoch = epoch if epoch is not None else 100 + int(self.now)
        me = Identity.at(name, ("10.0.0.1", 7000 + index), epoch)
        member = Member(me, self.settings, self.label, random.Random(self.rng.random()))
        self.members[name] = member
        self.events.setdefault(name, [])
        if name == join:
            member.start(self.now)
        else:
            member.join(self.now, self.members[join].me.route)
        self.deliver()
        return member

    def deliver(self):
        """Hands datagrams over until none is left."""
        busy = True
        while busy:
            busy = False
            for name, member in self.members.items():
                self.events[name] += [(event.kind, event.data) for event in member.events]
                member.events.clear()
                outbox, member.outbox = member.outbox, []
                if name in self.frozen:
                    continue
                for route, data in outbox:
                    busy = True
                    assert len(data) <= 1_400, len(data)
                    for other in list(self.members.values()):
                        reached = other.me.route == route and other.me.name not in self.frozen
                        if reached and self.rng.random() >= self.loss:
                            other.handle_datagram(self.now, data)

    def run(self, seconds):
        """Lets time pass."""
        end = self.now + seconds
        while True:
            awake = [m for name, m in self.members.items() if name not in self.frozen]
            due = [at for m in awake if (at := m.deadline()) is not None]
            if not due or min(due) > end:
                self.now = end
                return
            self.now = max(self.now, min(due))
            for member in awake:
                deadline = member.deadline()
                if deadline is not None and deadline <= self.now:
                    member.handle_timeout(self.now)
            self.deliver()

    def until(self, condition, seconds):
        """Lets time pass until a condition holds; how long it took."""
        start = self.now
        while not condition():
            assert self.now - start < seconds, f"not within {seconds} s"
            self.run(0.05)
        return self.now - start

    def views(self, *names):
        """Who is a member, as each of these sees it."""
        return [sorted([held.identity.name for held in self.members[name].members()] + [name])
                for name in names or self.members]

    def complete(self):
        """Whether every view is complete and of the same identities."""
        everybody = {name: member.me for name, member in self.members.items()}
        return all({held.identity.name: held.identity for held in member.members()} | {name: member.me} == everybody
                   for name, member in self.members.items())

    def kinds(self, name):
        return [kind for kind, _ in self.events[name]]

    def state(self, name, of):
        return self.members[name].table[of].state.name.lower()

    def digests(self):
        return {tuple(member.sync.digest(plane).root() for plane in (0, 1)) for member in self.members.values()}
