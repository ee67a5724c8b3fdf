package member

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const waiting = 30 * time.Second

// lab has agents in Rust and members in Go, as processes on loopback.
type lab struct {
	t                       *testing.T
	program, own, directory string
	all                     map[string]viewer
}

type viewer interface{ view() map[string]string }

// newLab skips the test where there is no program haulout, unless HAULOUT_REQUIRE_INTEROP is set.
func newLab(t *testing.T) *lab {
	t.Helper()
	program := os.Getenv("HAULOUT_PROGRAM")
	if program == "" {
		target := os.Getenv("CARGO_TARGET_DIR")
		if target == "" {
			target = filepath.Join("..", "..", "..", "target")
		}
		program = filepath.Join(target, "debug", "haulout")
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("HAULOUT_REQUIRE_INTEROP") != "" {
			t.Fatal("there is no program haulout: cargo build -p haulout-agent")
		}
		t.Skip("there is no program haulout: cargo build -p haulout-agent")
	}
	directory := t.TempDir()
	own := filepath.Join(directory, "haulout-member")
	if out, err := exec.Command("go", "build", "-o", own, "./cmd/haulout-member").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return &lab{t, program, own, directory, map[string]viewer{}}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.LocalAddr().String()
}

func (l *lab) start(command *exec.Cmd) *exec.Cmd {
	l.t.Helper()
	if err := command.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	return command
}

func (l *lab) until(what string, holds func() bool) time.Duration {
	l.t.Helper()
	start := time.Now()
	for !holds() {
		if time.Since(start) > waiting {
			l.t.Fatalf("not within %v: %s", waiting, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(start)
}

type agent struct {
	lab              *lab
	address, control string
	process          *exec.Cmd
}

func (l *lab) agent(name string, arguments ...string) *agent {
	l.t.Helper()
	a := &agent{lab: l, address: freeAddress(l.t), control: filepath.Join(l.directory, name+".sock")}
	a.process = l.start(exec.Command(l.program,
		append([]string{"agent", "--name", name, "--bind", a.address, "--control", a.control}, arguments...)...))
	l.until(name+" answers", func() bool { return len(a.ask("info")) > 0 })
	l.all[name] = a
	return a
}

func (a *agent) ask(command string) map[string]any {
	ctx, cancel := context.WithTimeout(context.Background(), waiting)
	defer cancel()
	out, err := exec.CommandContext(ctx, a.lab.program, command, "--json", "--control", a.control).Output()
	answer := map[string]any{}
	if err == nil {
		err = json.Unmarshal(out, &answer)
	}
	if err != nil {
		return nil
	}
	return answer
}

func (a *agent) view() map[string]string {
	view := map[string]string{}
	rows, _ := a.ask("members")["members"].([]any)
	for _, row := range rows {
		row := row.(map[string]any)
		view[row["name"].(string)] = row["state"].(string)
	}
	return view
}

type goMember struct {
	name, address string
	process       *exec.Cmd
	stdin         io.Writer
	answers       chan map[string]any
	mutex         sync.Mutex
	events        []map[string]any
}

func (l *lab) member(name string, arguments ...string) *goMember {
	l.t.Helper()
	m := &goMember{name: name, address: freeAddress(l.t), answers: make(chan map[string]any, 16)}
	command := exec.Command(l.own, append([]string{"-name", name, "-bind", m.address}, arguments...)...)
	stdin, err := command.StdinPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	m.stdin, m.process = stdin, l.start(command)
	go m.read(stdout)
	l.all[name] = m
	return m
}

func (m *goMember) read(stdout io.Reader) {
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		said := map[string]any{}
		if json.Unmarshal(lines.Bytes(), &said) != nil {
			continue
		}
		switch said["kind"] {
		case "members", "records", "services", "digest":
			m.answers <- said
		default:
			m.mutex.Lock()
			m.events = append(m.events, said)
			m.mutex.Unlock()
		}
	}
}

func (m *goMember) tell(command string) { _, _ = io.WriteString(m.stdin, command+"\n") }

func (m *goMember) ask(command string) map[string]any {
	m.tell(command)
	select {
	case answer := <-m.answers:
		return answer
	case <-time.After(waiting):
		return nil
	}
}

func (m *goMember) view() map[string]string {
	view := map[string]string{m.name: "alive"}
	rows, _ := m.ask("members")["members"].([]any)
	for _, row := range rows {
		row := row.(map[string]any)
		view[row["member"].(map[string]any)["name"].(string)] = row["state"].(string)
	}
	return view
}

// heard says whether an event of this kind came whose fields have these values.
func (m *goMember) heard(kind string, fields map[string]any) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, event := range m.events {
		matches := event["kind"] == kind
		for field, value := range fields {
			matches = matches && event[field] == value
		}
		if matches {
			return true
		}
	}
	return false
}

func (l *lab) complete() bool {
	for _, v := range l.all {
		view := v.view()
		if len(view) != len(l.all) {
			return false
		}
		for name := range l.all {
			if view[name] != "alive" {
				return false
			}
		}
	}
	return true
}

func (l *lab) everywhere(name, state string) bool {
	for _, v := range l.all {
		if v.view()[name] != state {
			return false
		}
	}
	return true
}

// cluster has three agents and two Go members.
func (l *lab) cluster() ([]*agent, []*goMember) {
	l.t.Helper()
	first := l.agent("rust-1")
	agents := []*agent{first, l.agent("rust-2", "--join", first.address), l.agent("rust-3", "--join", first.address)}
	members := []*goMember{l.member("go-1", "-join", first.address), l.member("go-2", "-join", first.address)}
	if took := l.until("every view is complete", l.complete); took > 3*time.Second {
		l.t.Errorf("complete after %v", took)
	}
	return agents, members
}

func TestEveryViewIsCompleteInBothLanguages(t *testing.T) {
	l := newLab(t)
	agents, members := l.cluster()
	l.until("Go members are synced", func() bool { return members[0].heard("synced", nil) && members[1].heard("synced", nil) })
	l.until("digests are equal", func() bool {
		return members[0].ask("digest")["members"] == members[1].ask("digest")["members"]
	})
	for _, a := range agents {
		l.until("the agent found views equal", func() bool { return a.ask("info")["last_equal"] != nil })
		dropped, _ := a.ask("info")["dropped"].(map[string]any)
		expect(t, dropped["malformed"].(float64), 0)
	}
	members[0].tell("put 1 web 10.0.0.1:80")
	members[1].tell("event deployed v2")
	l.until("the record is there", func() bool {
		return members[1].heard("published", map[string]any{"owner": "go-1", "key": "web", "value": "10.0.0.1:80"})
	})
	l.until("the event is there", func() bool {
		return members[0].heard("user_event", map[string]any{"origin": "go-2", "name": "deployed", "payload": "v2"})
	})
}

func TestKilledOnesAreFoundByAllAndAFrozenOneRejoins(t *testing.T) {
	l := newLab(t)
	agents, members := l.cluster()
	for name, process := range map[string]*exec.Cmd{"rust-2": agents[1].process, "go-1": members[0].process} {
		delete(l.all, name)
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		l.until(name+" is down everywhere", func() bool { return l.everywhere(name, "down") })
	}
	frozen := members[1]
	delete(l.all, "go-2")
	if err := frozen.process.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	l.until("go-2 is down everywhere", func() bool { return l.everywhere("go-2", "down") })
	if err := frozen.process.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	l.until("go-2 is back", func() bool { return l.everywhere("go-2", "alive") && frozen.heard("rejoined", nil) })
	expect(t, strings.Count(toText(agents[0].view()), "go-2"), 1)
}

func toText(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

func TestServicesAndNamedEventsCrossTheLanguages(t *testing.T) {
	l := newLab(t)
	a := l.agent("rust-1", "--service", "web:8080,tag=v2")
	m := l.member("go-1", "-join", a.address, "-service", "cache:6379,tag=hot")
	l.until("every view is complete", l.complete)
	offered := func(answer map[string]any) string {
		services, _ := answer["services"].([]any)
		var names []string
		for _, service := range services {
			service := service.(map[string]any)
			names = append(names, fmt.Sprintf("%v:%v", service["name"], service["port"]))
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	l.until("both know both services", func() bool {
		return offered(a.ask("services")) == "cache:6379 web:8080" && offered(m.ask("services")) == "cache:6379 web:8080"
	})
	m.tell("event deploy v2 of web")
	l.until("the agent hears it", func() bool { return strings.Contains(toText(a.ask("events")), `"payload":"v2 of web"`) })
	send := exec.Command(l.program, "event", "send", "rollback", "now", "--control", a.control)
	if out, err := send.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	l.until("the member hears it", func() bool {
		return m.heard("user_event", map[string]any{"origin": "rust-1", "name": "rollback", "payload": "now"})
	})
	l.until("views are equal", func() bool { return a.ask("info")["last_equal"] != nil })
}

func TestLeavingIsLeftInBothLanguages(t *testing.T) {
	l := newLab(t)
	agents, members := l.cluster()
	for name, process := range map[string]*exec.Cmd{"go-1": members[0].process, "rust-3": agents[2].process} {
		delete(l.all, name)
		if err := process.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		l.until(name+" has left", func() bool { return l.everywhere(name, "left") })
	}
}

func TestAnotherLabelIsRefused(t *testing.T) {
	l := newLab(t)
	a := l.agent("rust-1", "--label", "orders")
	m := l.member("go-1", "-label", "billing", "-join", a.address)
	l.until("it is told", func() bool { return m.heard("seed", map[string]any{"outcome": "refused: cluster"}) })
	expect(t, len(a.view()), 1)
}
