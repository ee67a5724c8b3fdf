"""What others say of oneself, and two processes with one key: sections 5 and 12."""

from __future__ import annotations

from .codec import Datagram, State, Update
from .gen import haulout_pb2 as pb
from .identity import Identity

TWIN_WINDOW, TWIN_ALARMS = 60.0, 3
LONGEST_PAUSE = 3_600.0


class Myself:
    """The part of a member that hears of itself."""

    def _hear_about_me(self, update: Update) -> None:
        if self.life == "conflict":
            return self._hear_about_me_in_conflict(update)
        if not self.serving:
            return None
        identity, j = update.identity, update.incarnation
        if identity == self.me:
            if update.state is State.ALIVE:
                if j > self.incarnation:
                    self._outbid_twin(j)
            elif update.state is State.SUSPECT:
                if j >= self.incarnation:
                    self.prober.worsen(1)
                    self._rise_above(j)
                else:
                    self._reassure()
            else:
                self._renew_past(identity)
        elif self.me.supersedes(identity):
            self._reassure()
        elif not update.state.active:
            self._renew_past(identity)
        elif self.life == "joining" and not self._met_earlier_life:
            self._met_earlier_life = True
            self._renew_past(identity)
        else:
            self._enter_conflict(identity)
        return None

    def _outbid_twin(self, j: int) -> None:
        self._rise_above(j)
        self._alarms = [at for at in self._alarms if self.now - at < TWIN_WINDOW] + [self.now]
        if len(self._alarms) >= TWIN_ALARMS:
            self.timers.setdefault("twin", self.now + self.rng.random())

    def _twin_due(self) -> None:
        del self.timers["twin"]
        self._alarms.clear()
        if self.serving:
            self._renew_past(self.me)

    def _rise_above(self, j: int) -> None:
        if j == 0xFFFFFFFF:
            return self._renew_past(self.me)
        self.incarnation = j + 1
        self._tell_own()
        return None

    def _reassure(self) -> None:
        if self.now - self._reassured >= self.settings.gossip_interval:
            self._reassured = self.now
            self._tell_own()

    def _renew_past(self, rival: Identity) -> None:
        self._become(self.me.renew(rival))
        if self.life == "conflict":
            self.life = "active"
            self.timers.pop("conflict", None)
            self.timers["announce"] = self.now + self.rng.random() * self.settings.announce_interval
            self._arm_probe()
        self._tell_own()
        self.meeting.announce_again()
        self.emit("rejoined", member=self.me)

    def _become(self, identity: Identity) -> None:
        self.me, self.incarnation = identity, 0
        self.registry.renewed(identity)

    def _hear_own_key(self, datagram: Datagram) -> None:
        announce = datagram.kind == "announce"
        if datagram.source == self.me or (announce and self.meeting.has_announced(datagram.body.number)):
            if announce:
                self.meeting.met_myself(datagram.body.number)
        elif self.serving and self.me.supersedes(datagram.source):
            self._notify(datagram.source, Update(self.me, self.incarnation, State.ALIVE))
            self.emit("rival", member=datagram.source)
        elif self.serving and announce:
            self.meeting.refuse(datagram.source, datagram.body.number, pb.REASON_CONFLICT)

    def _enter_conflict(self, rival: Identity) -> None:
        self.prober.clear()
        self.meeting.clear()
        self.sync.restart()
        self.life, self._rival = "conflict", rival
        self._conflict_pause = self._longest_suspicion()
        self._conflict_silent, self._conflict_answered = 0, True
        self.emit("conflict", member=rival)
        self.timers = {}
        self._arm_conflict()

    def _arm_conflict(self) -> None:
        self.timers["conflict"] = self.now + self._conflict_pause * (1 + self.rng.random())
        self._conflict_pause = min(self._conflict_pause * 2, LONGEST_PAUSE)

    def _conflict_due(self) -> None:
        self._conflict_silent = 0 if self._conflict_answered else self._conflict_silent + 1
        self._conflict_answered = False
        if self._conflict_silent >= 3:
            return self._renew_past(self._rival)
        routes = {held.identity.route for held in self.rng.sample(self.members(), min(2, len(self.members())))}
        for route in (routes | {self._rival.route}) - {self.me.route}:
            self.meeting.announce_to(route)
        self._arm_conflict()
        return None

    def conflict_answered(self, won: bool) -> None:
        """An answer came; `won` says that nobody there knows the rival."""
        self._conflict_answered = True
        if won:
            self._renew_past(self._rival)

    def _hear_in_conflict(self, datagram: Datagram) -> None:
        if datagram.kind == "challenge":
            self.meeting.hear_challenge(datagram.source, datagram.body.number, datagram.body.cookie)
        elif datagram.kind == "feed" and self.meeting.has_announced(datagram.body.number):
            self.conflict_answered(won=True)

    def _hear_about_me_in_conflict(self, update: Update) -> None:
        self._conflict_answered = True
        if update.identity != self._rival and update.identity.supersedes(self._rival):
            self._rival = update.identity
        if not update.state.active:
            self._renew_past(self._rival)
