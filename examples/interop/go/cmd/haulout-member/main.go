// Command haulout-member is a member of a Haulout cluster that tells what happens, a JSON object a line, and takes
// commands by lines: members, records, services, digest, dropped, put TOPIC KEY VALUE, remove TOPIC KEY, event NAME PAYLOAD,
// leave.
// End of input changes nothing; SIGINT and SIGTERM leave.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	member "haulout.example/member"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "haulout-member:", err)
		os.Exit(1)
	}
}

func run() error {
	config, records, err := parse()
	if err != nil {
		return err
	}
	node, err := member.Start(context.Background(), config)
	if err != nil {
		return err
	}
	for _, record := range records {
		if err := command(node, strings.Fields(record)); err != nil {
			return err
		}
	}
	node.Do(func(m *member.Member, _ time.Duration) {
		say(map[string]any{"kind": "started", "member": named(m.Identity())})
	})
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		node.Leave()
	}()
	go obey(node)
	for event := range node.Events() {
		say(plain(event))
	}
	return nil
}

func parse() (member.Config, []string, error) {
	var config member.Config
	var join, records, services []string
	list := func(to *[]string) func(string) error {
		return func(text string) error { *to = append(*to, text); return nil }
	}
	bind := flag.String("bind", "127.0.0.1:7946", "`IP:PORT` to listen on")
	profile := flag.String("profile", "lan", "timings: lan, wan or local")
	flag.StringVar(&config.Name, "name", "", "name, unique in the cluster")
	flag.Float64Var(&config.Loss, "loss", 0, "share of datagrams to drop, for tests")
	flag.Uint64Var(&config.LossSeed, "loss-seed", 1, "what decides which are dropped")
	flag.StringVar(&config.Label, "label", "", "the cluster's label")
	flag.Func("join", "`IP:PORT` of a member to join through; may be repeated", list(&join))
	flag.Func("service", "`NAME:PORT[,tag=TAG]` to offer; may be repeated", list(&services))
	flag.Func("record", "`TOPIC/KEY=VALUE` to publish; may be repeated", list(&records))
	flag.Parse()
	profiles := map[string]func() member.Settings{"lan": member.Lan, "wan": member.Wan, "local": member.Local}
	settings, known := profiles[*profile]
	if !known {
		return config, nil, errors.New("the profiles are lan, wan and local")
	}
	config.Settings = settings()
	var err error
	if config.Bind, err = netip.ParseAddrPort(*bind); err != nil {
		return config, nil, err
	}
	for _, seed := range join {
		route, err := netip.ParseAddrPort(seed)
		if err != nil {
			return config, nil, err
		}
		config.Join = append(config.Join, route)
	}
	for at, record := range records {
		records[at] = strings.NewReplacer("/", " ", "=", " ").Replace(record)
	}
	for at, record := range records {
		records[at] = "put " + record
	}
	for _, service := range services {
		records = append(records, "offer "+service)
	}
	return config, records, nil
}

// service is NAME:PORT, then tag=TAG, separated by commas.
func service(text, address string) (member.Service, error) {
	place, options, _ := strings.Cut(text, ",")
	name, port, _ := strings.Cut(place, ":")
	number, err := strconv.ParseUint(port, 10, 16)
	offered := member.Service{Name: name, Instance: name, Address: address, Port: uint16(number)}
	for option := range strings.SplitSeq(options, ",") {
		if tag, isTag := strings.CutPrefix(option, "tag="); isTag {
			offered.Tags = append(offered.Tags, tag)
		}
	}
	return offered, err
}

func obey(node *member.Node) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := command(node, strings.Fields(lines.Text())); err != nil {
			say(map[string]any{"kind": "error", "problem": err.Error()})
		}
	}
}

func command(node *member.Node, words []string) error {
	var err error
	verb := strings.Join(words[:min(1, len(words))], "")
	topic := func() uint32 {
		number, problem := strconv.ParseUint(words[1], 10, 32)
		err = problem
		return uint32(number)
	}
	do := func(f func(m *member.Member, now time.Duration)) { node.Do(f) }
	switch {
	case verb == "members":
		do(func(m *member.Member, _ time.Duration) { say(members(m)) })
	case verb == "records":
		do(func(m *member.Member, _ time.Duration) { say(recordsOf(m)) })
	case verb == "digest":
		do(func(m *member.Member, _ time.Duration) {
			members, records := m.Digests()
			say(map[string]any{"kind": "digest", "members": fmt.Sprintf("%016x", members),
				"records": fmt.Sprintf("%016x", records)})
		})
	case verb == "dropped":
		do(func(m *member.Member, _ time.Duration) {
			say(map[string]any{"kind": "dropped", "malformed": m.Dropped["malformed"]})
		})
	case verb == "put" && len(words) > 3:
		at, value := topic(), strings.Join(words[3:], " ")
		do(func(m *member.Member, now time.Duration) {
			err = errors.Join(err, m.Put(now, at, []byte(words[2]), []byte(value)))
		})
	case verb == "remove" && len(words) == 3:
		at := topic()
		do(func(m *member.Member, now time.Duration) { m.Remove(now, at, []byte(words[2])) })
	case verb == "event" && len(words) > 1:
		payload := strings.Join(words[2:], " ")
		do(func(m *member.Member, now time.Duration) { err = m.SendNamedEvent(now, words[1], []byte(payload)) })
	case verb == "offer" && len(words) == 2:
		do(func(m *member.Member, now time.Duration) {
			offered, problem := service(words[1], m.Identity().Addr.Addr().String())
			if err = problem; err == nil {
				err = m.Offer(now, offered)
			}
		})
	case verb == "services":
		do(func(m *member.Member, _ time.Duration) { say(servicesOf(m)) })
	case verb == "leave":
		node.Leave()
	default:
		return errors.New("commands: members, records, services, digest, dropped, put, remove, event, leave")
	}
	return err
}

func members(m *member.Member) map[string]any {
	listed := []any{}
	for identity, state := range m.View() {
		listed = append(listed, map[string]any{"member": named(identity), "state": state.String()})
	}
	return map[string]any{"kind": "members", "members": listed}
}

func recordsOf(m *member.Member) map[string]any {
	listed := []any{}
	for _, record := range m.Records() {
		listed = append(listed, map[string]any{"owner": record.Owner, "topic": record.Topic, "key": record.Key,
			"value": record.Value})
	}
	return map[string]any{"kind": "records", "records": listed}
}

func servicesOf(m *member.Member) map[string]any {
	listed := []any{}
	for _, offered := range m.Services() {
		listed = append(listed, map[string]any{"owner": offered.Owner, "name": offered.Name, "port": offered.Port,
			"instance": offered.Instance, "address": offered.Address, "tags": offered.Tags})
	}
	return map[string]any{"kind": "services", "services": listed}
}

func named(identity member.Identity) map[string]any {
	return map[string]any{"name": identity.Name, "address": identity.Addr.String(), "epoch": identity.Epoch}
}

func plain(event member.Event) map[string]any {
	said := map[string]any{"kind": event.Kind}
	switch event.Kind {
	case "seed":
		said["route"], said["outcome"] = event.Route.String(), event.Outcome
	case "published", "withdrawn":
		said["owner"], said["topic"] = event.Owner, event.Topic
		said["key"], said["value"] = string(event.Key), string(event.Value)
	case "user_event":
		said["origin"], said["topic"] = event.Owner, event.Topic
		said["time"], said["payload"] = event.Time, string(event.Value)
		if name, payload, ok := member.NamedEvent(event.Value); ok && event.Topic == member.EventTopic {
			said["name"], said["payload"] = name, string(payload)
		}
	case "active", "idle", "synced":
	default:
		said["member"] = named(event.Member)
		if event.Kind == "renewed" {
			said["old"] = named(event.Old)
		}
	}
	return said
}

var stdout sync.Mutex

func say(said map[string]any) {
	stdout.Lock()
	defer stdout.Unlock()
	_ = json.NewEncoder(os.Stdout).Encode(said) // Whoever read it may be gone.
}
