"""Python members in a cluster of real agents, on loopback sockets.

`HAULOUT_PROGRAM` names the program `haulout`; without it, the one that `cargo build` made is taken. Where there
is none, the tests say so and are skipped, unless `HAULOUT_REQUIRE_INTEROP` is set.
"""

import json
import os
import pathlib
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).parents[4]
PACKAGE = pathlib.Path(__file__).parents[1]
PATIENCE = 30.0


def program():
    """The program `haulout`, or `None`."""
    named = os.environ.get("HAULOUT_PROGRAM")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [path for kind in ("debug", "release") if (path := target / kind / "haulout").exists()]
    found = pathlib.Path(named) if named else max(built, key=lambda path: path.stat().st_mtime, default=None)
    if found is None and os.environ.get("HAULOUT_REQUIRE_INTEROP"):
        raise AssertionError("there is no program haulout: cargo build -p haulout-agent")
    return found


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds, what):
    """Waits until a condition holds; how long that took."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - start


class Process:
    """A member in a process of its own."""

    def __init__(self, name, command, **options):
        self.name, self.port = name, free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen([*command, "--name", name, "--bind", self.address], **options)

    def signal(self, signum):
        self.process.send_signal(signum)

    def end(self):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


class Agent(Process):
    """An agent in Rust."""

    def __init__(self, lab, name, *arguments):
        self._lab = lab
        self._control = f"{lab.folder}/{name}.sock"
        command = [lab.program, "agent", "--control", self._control, *arguments]
        super().__init__(name, command, env=lab.environment, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def run(self, *arguments):
        done = subprocess.run([self._lab.program, *arguments, "--control", self._control, "--json"],
                              env=self._lab.environment, capture_output=True, text=True, timeout=PATIENCE)
        return json.loads(done.stdout) if done.returncode == 0 and done.stdout else {}

    def view(self):
        """Name to state, and to epoch."""
        rows = self.run("members").get("members", [])
        return {row["name"]: row["state"] for row in rows}


class Python(Process):
    """A member in Python."""

    def __init__(self, name, *arguments):
        command = [sys.executable, "-m", "haulout_member", *arguments]
        super().__init__(name, command, cwd=PACKAGE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.events, self._answers = [], queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            said = json.loads(line)
            answers = said["kind"] in ("members", "records", "services", "digest")
            (self._answers.put if answers else self.events.append)(said)

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def ask(self, command):
        self.tell(command)
        return self._answers.get(timeout=PATIENCE)

    def view(self):
        """Name to state, itself included."""
        listed = self.ask("members")["members"]
        return {row["member"]["name"]: row["state"] for row in listed} | {self.name: "alive"}

    def records(self):
        return {(r["owner"], r["topic"], r["key"]): r["value"] for r in self.ask("records")["records"]}

    def kinds(self, name=None):
        return [e["kind"] for e in self.events if name is None or e.get("member", {}).get("name") == name]


@unittest.skipUnless(program(), "there is no program haulout: cargo build -p haulout-agent")
class WithAgents(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder, self.program = temporary.name, str(program())
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HAULOUT_")}
        self.environment = kept | {"XDG_RUNTIME_DIR": self.folder}
        self.all = {}

    def keep(self, process):
        self.all[process.name] = process
        self.addCleanup(process.end)
        return process

    def agent(self, name, *arguments):
        agent = self.keep(Agent(self, name, *arguments))
        until(lambda: agent.run("info"), PATIENCE, f"{name} answers")
        return agent

    def cluster(self):
        """Three agents and two Python members, complete."""
        first = self.agent("rust-1")
        others = [self.agent(f"rust-{n}", "--join", first.address) for n in (2, 3)]
        pythons = [self.keep(Python(f"python-{n}", "--join", first.address)) for n in (1, 2)]
        took = until(self.complete, PATIENCE, "every view is complete")
        self.assertLess(took, 3.0)
        return [first, *others], pythons

    def complete(self):
        everybody = dict.fromkeys(self.all, "alive")
        return all(process.view() == everybody for process in self.all.values())

    def everywhere(self, name, state):
        return all(process.view().get(name) == state for process in self.all.values() if process.name != name)

    def test_every_view_is_complete_in_both_languages(self):
        agents, pythons = self.cluster()
        until(lambda: all("synced" in python.kinds() for python in pythons), PATIENCE, "Python members are synced")
        until(lambda: pythons[0].ask("digest")["members"] == pythons[1].ask("digest")["members"], PATIENCE, "equal")
        malformed = [agent.run("info")["dropped"]["malformed"] for agent in agents]
        self.assertEqual(malformed, [0, 0, 0])
        until(lambda: all(agent.run("info").get("last_equal") for agent in agents), PATIENCE, "agents found it equal")

    def test_a_killed_agent_and_a_killed_python_member_are_found_by_all(self):
        (_, victim, _), (_, python) = self.cluster()
        for killed in (victim, python):
            killed.signal(signal.SIGKILL)
            del self.all[killed.name]
            name = killed.name
            until(lambda name=name: self.everywhere(name, "down"), PATIENCE, f"{name} is down everywhere")

    def test_a_python_member_that_was_frozen_rejoins_without_a_ghost(self):
        agents, (frozen, witness) = self.cluster()
        frozen.signal(signal.SIGSTOP)
        self.all.pop(frozen.name)
        until(lambda: self.everywhere(frozen.name, "down"), PATIENCE, "it is down everywhere")
        frozen.signal(signal.SIGCONT)
        self.all[frozen.name] = frozen
        took = until(self.complete, PATIENCE, "it is back everywhere")
        self.assertLess(took, 5.0)
        self.assertIn("rejoined", frozen.kinds())
        self.assertEqual(len(agents[0].view()), 5)
        self.assertEqual(witness.kinds(frozen.name)[-1], "renewed")

    def test_leaving_is_left_in_both_languages(self):
        (_, _, agent), (python, _) = self.cluster()
        python.signal(signal.SIGTERM)
        self.assertEqual(python.process.wait(timeout=PATIENCE), 0)
        del self.all[python.name]
        until(lambda: self.everywhere(python.name, "left"), PATIENCE, "the Python member has left")
        agent.signal(signal.SIGTERM)
        agent.process.wait(timeout=PATIENCE)
        del self.all[agent.name]
        until(lambda: self.everywhere(agent.name, "left"), PATIENCE, "the agent has left")

    def test_a_restarted_python_member_is_renewed(self):
        agents, (python, witness) = self.cluster()
        python.end()
        self.all.pop(python.name)
        time_of_birth = time.time()
        until(lambda: time.time() - time_of_birth > 1.1, PATIENCE, "epochs are seconds")
        self.keep(Python(python.name, "--join", agents[0].address))
        until(self.complete, PATIENCE, "it is back everywhere")
        until(lambda: "renewed" in witness.kinds(python.name), PATIENCE, "it was renewed")

    def test_another_label_is_refused_in_both_directions(self):
        agent = self.agent("rust-1", "--label", "orders")
        python = self.keep(Python("python-1", "--label", "billing", "--join", agent.address))
        refused = [{"kind": "seed", "outcome": "refused: cluster"}]
        until(lambda: [{k: e[k] for k in ("kind", "outcome")} for e in python.events if e["kind"] == "seed"] == refused,
              PATIENCE, "it is refused")
        self.assertEqual(agent.view(), {"rust-1": "alive"})

    def test_services_and_named_events_cross_the_languages(self):
        first = self.agent("rust-1", "--service", "web:8080,tag=v2")
        self.agent("rust-2", "--join", first.address)
        python = self.keep(Python("python-1", "--join", first.address, "--service", "cache:6379,tag=hot"))
        until(self.complete, PATIENCE, "every view is complete")
        expected = {("web", "rust-1", 8080), ("cache", "python-1", 6379)}

        def offered():
            told = [python.ask("services")["services"]]
            told += [agent.run("services").get("services", []) for agent in (first, self.all["rust-2"])]
            return [{(s["name"], s.get("owner") or s.get("member"), s["port"]) for s in services} for services in told]

        until(lambda: offered() == [expected] * 3, PATIENCE, "all know both services")
        python.tell("event deploy v2 of web")
        sent = {"deploy": "v2 of web"}
        until(lambda: {e["name"]: e["payload"] for e in first.run("events").get("events", [])} == sent, PATIENCE,
              "an agent hears it")
        subprocess.run([self.program, "event", "send", "rollback", "now", "--control", first._control],
                       env=self.environment, check=True, capture_output=True, timeout=PATIENCE)
        until(lambda: any(e["kind"] == "user_event" and (e["name"], e["payload"]) == ("rollback", "now")
                          for e in python.events), PATIENCE, "Python hears it")
        # And all hold the same: agents and Python compare digests of both planes.
        with_python = [first, self.all["rust-2"]]
        until(lambda: all((agent.run("info").get("last_equal") or {}).get("at_ms", 0) > 0 for agent in with_python),
              PATIENCE, "views are equal")
        python.end()
        del self.all["python-1"]
        until(lambda: self.everywhere("python-1", "down"), PATIENCE, "it is down")
        names = [[s["name"] for s in agent.run("services")["services"]] for agent in with_python]
        self.assertEqual(names, [["web"], ["web"]])

    def test_records_and_events_pass_between_python_members_of_one_cluster(self):
        _, pythons = self.cluster()
        pythons[0].tell("put 1 web 10.0.0.1:80")
        expected = {("python-1", 1, "web"): "10.0.0.1:80"}
        until(lambda: pythons[1].records() == expected, PATIENCE, "the record is there")
        pythons[1].tell("event deployed")
        until(lambda: any(e["kind"] == "user_event" and e["name"] == "deployed" for e in pythons[0].events),
              PATIENCE, "the event is there")
