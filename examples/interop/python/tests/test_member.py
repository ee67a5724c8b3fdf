"""Members in virtual time: what the specification promises."""

import unittest

from haulout_member.codec import State, Update, decode, encode
from haulout_member.gen import haulout_pb2 as pb
from haulout_member.identity import Identity, Refused
from haulout_member.member import Member

from .world import World

NAMES = "abcdefgh"


class Membership(unittest.TestCase):
    def test_eight_members_hold_the_complete_view_within_a_second(self):
        world = World(*NAMES)
        self.assertLess(world.until(world.complete, 5), 1.0)
        self.assertEqual(len(world.digests()), 1)
        self.assertEqual(world.kinds("b")[:2], ["up", "seed"])
        world.until(lambda: all(member.sync.complete for member in world.members.values()), 5)

    def test_with_a_tenth_of_datagrams_lost_nobody_is_declared_down(self):
        world = World(*NAMES, loss=0.1)
        world.until(world.complete, 15)
        world.run(120)
        self.assertTrue(world.complete())
        for name in NAMES:
            self.assertNotIn("down", world.kinds(name))

    def test_a_silent_member_is_suspected_then_down_everywhere(self):
        world = World(*NAMES)
        world.run(3)
        world.frozen.add("c")
        others = [name for name in NAMES if name != "c"]
        took = world.until(lambda: all(world.state(name, "c") == "down" for name in others), 30)
        self.assertGreater(took, 2.0)
        for name in others:
            kinds = [kind for kind, data in world.events[name] if data.get("member", data).__class__ is Identity
                     and data["member"].name == "c"]
            self.assertEqual(kinds[-2:], ["suspected", "down"])

    def test_one_that_stood_still_is_back_without_a_ghost(self):
        world = World(*NAMES)
        world.run(3)
        world.frozen.add("c")
        world.run(30)
        world.frozen.clear()
        self.assertLess(world.until(world.complete, 10), 3.0)
        self.assertIn("rejoined", world.kinds("c"))
        self.assertEqual(world.kinds("a").count("renewed"), 1)
        self.assertEqual(world.views(), [sorted(NAMES)] * 8)

    def test_a_restart_is_one_renewal(self):
        world = World(*NAMES)
        world.run(3)
        world.add("c", epoch=5_000)
        world.until(world.complete, 5)
        self.assertEqual(world.kinds("a").count("renewed"), 1)
        self.assertNotIn("down", world.kinds("a"))

    def test_a_restart_with_a_clock_that_went_back_renews_past_its_earlier_life(self):
        world = World(*NAMES)
        world.run(3)
        world.add("c", epoch=1)
        world.until(world.complete, 10)
        self.assertGreater(world.members["c"].me.epoch, 100)

    def test_a_leaver_has_left_everywhere_and_falls_silent(self):
        world = World(*NAMES)
        world.run(3)
        world.members["c"].leave(world.now)
        world.run(5)
        self.assertEqual({world.state(name, "c") for name in NAMES if name != "c"}, {"left"})
        self.assertEqual((world.members["c"].life, world.kinds("c")[-1]), ("dormant", "idle"))
        for name in "abdefgh":
            self.assertNotIn("down", world.kinds(name))
        world.members["c"].join(world.now, world.members["a"].me.route)
        world.until(world.complete, 5)

    def test_a_false_suspicion_is_refuted(self):
        world = World(*NAMES)
        world.run(3)
        a, c = world.members["a"], world.members["c"]
        a.apply(Update(c.me, 0, State.SUSPECT, ["a"]), None)
        world.until(lambda: world.state("a", "c") == "alive", 2)
        self.assertEqual(c.incarnation, 1)
        self.assertEqual(world.kinds("a")[-2:], ["suspected", "refuted"])

    def test_a_false_death_ends_in_renewal(self):
        world = World(*NAMES)
        world.run(3)
        world.members["a"].apply(Update(world.members["c"].me, 0, State.DOWN), None)
        world.until(world.complete, 5)
        self.assertIn("rejoined", world.kinds("c"))
        self.assertEqual(len(world.digests()), 1)

    def test_helpers_save_a_member_that_one_other_does_not_reach(self):
        world = World(*NAMES)
        world.run(3)
        a, c = world.members["a"], world.members["c"]
        original, world.dropped = a.send_to, 0

        def deaf(route, name, **message):
            if route == c.me.route and "ping" in message:
                world.dropped += 1
                return 0
            return original(route, name, **message)

        a.send_to = deaf
        world.run(60)
        self.assertGreater(world.dropped, 3)
        self.assertNotIn("suspected", world.kinds("a"))

    def test_another_label_is_refused_and_told(self):
        world = World("a", "b")
        stranger = World(label="other")
        stranger.members["a"] = world.members["a"]
        stranger.events["a"] = []
        c = stranger.add("c")
        outcomes = [data["outcome"] for kind, data in stranger.events["c"] if kind == "seed"]
        self.assertEqual(outcomes, ["refused: cluster"])
        self.assertEqual(c.members(), [])

    def test_nobody_at_a_seed_is_told(self):
        world = World("a")
        world.members["a"].join(world.now, ("10.0.0.9", 1))
        world.run(6)
        self.assertIn(("seed", {"route": ("10.0.0.9", 1), "outcome": "no answer"}), world.events["a"])

    def test_two_processes_with_one_name_end_with_one(self):
        world = World("a", "b", "c")
        world.run(3)
        loser = world.members.pop("c")
        twin = Member(Identity.at("c", ("10.0.0.1", 7_777), 9_000), world.settings, rng=world.rng)
        world.members |= {"c": loser, "d": twin}
        world.events["d"] = []
        twin.join(world.now, world.members["a"].me.route)
        world.deliver()
        world.run(15)
        self.assertEqual(world.members["a"].table["c"].identity, twin.me)
        self.assertIn("renewed", world.kinds("a"))
        self.assertEqual((loser.life, twin.life), ("conflict", "active"))
        # It is silent, and asks now and then, until the winner is gone.
        world.frozen.add("d")
        world.until(lambda: loser.life == "active", 400)
        world.until(lambda: world.members["a"].table["c"].identity == loser.me, 60)


class Strangers(unittest.TestCase):
    def setUp(self):
        self.world = World("a", "b")
        self.world.run(3)
        self.a = self.world.members["a"]
        self.stranger = Identity.at("x", ("10.9.9.9", 9), 1)

    def said(self, sections=(), cookie=None, **message):
        header = pb.Header(version=1, source=self.stranger.node(), cookie=cookie, **message)
        self.a.handle_datagram(self.world.now, encode(header, sections))
        outbox, self.a.outbox = self.a.outbox, []
        return [(route, decode(data), len(data)) for route, data in outbox]

    def test_a_strangers_ping_is_challenged_and_its_news_not_taken(self):
        forged = Update(self.world.members["b"].me, 0, State.DOWN).message()
        [(route, answer, size)] = self.said([forged], ping=pb.Ping(number=7))
        self.assertEqual((route, answer.kind, answer.body.number), (("10.9.9.9", 9), "challenge", 7))
        self.assertLess(size, 200)
        self.assertNotIn("x", self.a.table)
        self.assertEqual(self.world.state("a", "b"), "alive")
        self.said(cookie=answer.body.cookie, ping=pb.Ping(number=7))
        self.assertIn("x", self.a.table)

    def test_a_wrong_cookie_is_none(self):
        [(_, answer, _)] = self.said(cookie=1, announce=pb.Announce(number=7, padding=bytes(200)))
        self.assertEqual(answer.kind, "challenge")

    def test_acks_and_notices_of_strangers_change_nothing(self):
        self.assertEqual(self.said(ack=pb.Ack(number=7)), [])
        self.assertEqual(self.said(feed=pb.Feed(number=7)), [])
        about_b = Update(self.world.members["b"].me, 0, State.DOWN).message()
        self.assertEqual(self.said([about_b], you_are_down=pb.YouAreDown()), [])
        self.assertEqual(self.world.state("a", "b"), "alive")

    def test_a_later_version_is_told_ours(self):
        header = pb.Header(version=2, highest=3, source=self.stranger.node(), announce=pb.Announce(number=7))
        self.a.handle_datagram(self.world.now, encode(header))
        [(_, data)], self.a.outbox = self.a.outbox, []
        answer = decode(data)
        self.assertEqual((answer.kind, answer.body.reason, answer.body.min, answer.body.max),
                         ("refused", pb.REASON_VERSION, 1, 1))

    def test_mutated_datagrams_crash_nobody(self):
        rng = self.world.rng
        update = Update(self.world.members["b"].me, 3, State.SUSPECT, ["a"]).message()
        header = pb.Header(version=1, source=self.world.members["b"].me.node(), ack=pb.Ack(number=7))
        intact, refused = encode(header, [update] * 3), 0
        for _ in range(5_000):
            data = bytearray(intact)
            for _ in range(rng.randrange(1, 4)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            try:
                self.a.handle_datagram(self.world.now, bytes(data))
            except Refused:
                refused += 1
            self.a.outbox.clear()
        self.assertGreater(refused, 1_000)
        self.assertEqual(self.a.dropped["malformed"], refused)


class Published(unittest.TestCase):
    def records(self, world, name):
        return {(owner, key): value for owner, _, key, value in world.members[name].registry.records()}

    def test_a_record_is_seen_by_all_and_by_late_joiners(self):
        world = World(*NAMES)
        world.run(3)
        world.members["c"].put(world.now, 1, b"web", b"10.0.0.3:80")
        expected = {("c", b"web"): b"10.0.0.3:80"}
        took = world.until(lambda: all(self.records(world, name) == expected for name in NAMES), 5)
        self.assertLess(took, 1.5)
        world.run(30)
        world.add("late")
        world.until(lambda: self.records(world, "late") == expected, 5)
        world.until(lambda: len(world.digests()) == 1, 10)

    def test_the_last_put_wins_and_a_removal_stays(self):
        world = World(*NAMES, loss=0.1)
        world.run(5)
        c = world.members["c"]
        for number in range(40):
            c.put(world.now, 1, b"k%d" % (number % 4), b"%d" % number)
            world.run(0.1)
        c.remove(world.now, 1, b"k0")
        expected = {("c", b"k%d" % key): b"%d" % (36 + key) for key in (1, 2, 3)}
        world.until(lambda: all(self.records(world, name) == expected for name in NAMES), 60)
        world.until(lambda: len(world.digests()) == 1, 60)

    def test_records_go_with_their_owner_and_come_back_with_it(self):
        world = World(*NAMES)
        world.run(3)
        world.members["c"].put(world.now, 1, b"web", b"up")
        world.run(2)
        world.frozen.add("c")
        world.until(lambda: world.state("a", "c") == "down", 40)
        self.assertEqual(self.records(world, "a"), {})
        world.frozen.clear()
        world.until(lambda: all(self.records(world, name) == {("c", b"web"): b"up"} for name in NAMES), 10)

    def test_a_restart_voids_the_past(self):
        world = World(*NAMES)
        world.run(3)
        world.members["c"].put(world.now, 1, b"old", b"1")
        world.run(2)
        world.add("c", epoch=5_000).put(world.now, 1, b"new", b"2")
        world.until(lambda: all(self.records(world, name) == {("c", b"new"): b"2"} for name in NAMES), 10)

    def test_tombstones_are_collected(self):
        world = World("a", "b", "c")
        world.run(3)
        a = world.members["a"]
        for number in range(40):
            a.put(world.now, 1, b"k%d" % number, b"v")
            world.run(0.2)
        for number in range(39):
            a.remove(world.now, 1, b"k%d" % number)
            world.run(0.2)
        world.run(30)
        self.assertGreater(a.registry.owners["a"].floor, 0)
        self.assertLess(len(world.members["b"].registry.owners["a"].items), 40)
        self.assertEqual(len(world.members["b"].registry.owners["a"].items), len(a.registry.owners["a"].items))
        self.assertEqual(self.records(world, "b"), {("a", b"k39"): b"v"})
        self.assertEqual(len(world.digests()), 1)

    def test_limits_are_said(self):
        world = World("a")
        a = world.members["a"]
        for number in range(64):
            a.put(world.now, 1, b"%d" % number, b"v")
        with self.assertRaises(ValueError):
            a.put(world.now, 1, b"64", b"v")
        with self.assertRaises(ValueError):
            a.put(world.now, 1, b"k" * 65, b"v")
        with self.assertRaises(ValueError):
            a.put(world.now, 1, b"0", b"v" * 1_025)

    def test_an_event_is_delivered_at_most_once_to_each(self):
        world = World(*NAMES, loss=0.1)
        world.until(world.complete, 15)
        for number in range(20):
            world.members["c"].send_event(world.now, 2, b"%d" % number)
            world.run(0.5)
        world.run(5)
        total = 0
        for name in NAMES:
            payloads = [data["payload"] for kind, data in world.events[name] if kind == "user_event"]
            self.assertEqual(len(payloads), len(set(payloads)), name)
            total += len(payloads)
        # A member that gossip passes by does not hear of an event: at most once, and seldom not.
        self.assertGreaterEqual(total, 150)

    def test_stragglers_of_older_lives_do_not_make_newer_ones_forgotten(self):
        world = World("a", "b")
        told = {1: 9, 2: 9, 3: 9, 4: 9}
        for life, seq in [*told.items(), (1, 8), (5, 1), (1, 9), (3, 9), (4, 9), (5, 1)]:
            event = pb.UserEvent(origin=pb.Node(name="x"), topic=2, life=life, seq=seq, time=1)
            world.members["a"].registry.hear_user_event(world.now, "x", event)
        world.deliver()
        heard = [kind for kind, _ in world.events["a"] if kind == "user_event"]
        self.assertEqual(len(heard), len(told) + 2)

    def test_a_forged_event_with_a_high_number_does_not_silence_its_origin(self):
        world = World("a", "b", "c")
        world.until(world.complete, 15)
        registry = world.members["a"].registry
        for number in range(3):
            world.members["a"].send_event(world.now, 2, b"%d" % number)
            world.run(2)
            for name in "ba":
                event = pb.UserEvent(origin=pb.Node(name="a"), topic=2, life=registry._event_life,
                                     seq=(1 << 64) - 1, time=1)
                world.members[name].registry.hear_user_event(world.now, "a", event)
            world.run(2)
        count = {name: sum(kind == "user_event" for kind, _ in world.events[name]) for name in "abc"}
        self.assertEqual(count["a"], 3)
        self.assertTrue(all(count[name] >= 6 for name in "bc"), count)

    def test_gossip_alone_may_fail_and_anti_entropy_mends_it(self):
        world = World(*NAMES)
        world.run(3)
        world.loss = 1.0
        world.members["c"].put(world.now, 1, b"web", b"v")
        world.run(0.3)
        world.members["c"].registry.news.clear()
        world.loss = 0.0
        world.until(lambda: len(world.digests()) == 1, 70)
        self.assertEqual(self.records(world, "h"), {("c", b"web"): b"v"})
