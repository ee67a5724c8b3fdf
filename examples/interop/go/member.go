// Package member is a Haulout cluster member, written from the specification of the protocol.
//
// A [Member] knows no socket and no clock: bytes and the time go in, bytes and events come out. A [Node] runs
// one on a UDP socket.
package member

import (
	"cmp"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

type life int

const (
	dormant life = iota
	joining
	active
	leaving
	conflicting
)

func (l life) serving() bool { return l == joining || l == active }

type timer int

const (
	probeTimer timer = iota
	probeTimeoutTimer
	gossipTimer
	announceTimer
	twinTimer
	conflictTimer
)

// sender is who speaks, after its header was applied.
type sender int

const (
	fromStranger sender = iota
	fromKnown
	fromMember
	fromNewcomerWhenFull
)

// Datagram is one to be sent.
type Datagram struct {
	To   netip.AddrPort
	Data []byte
}

// Member is one member of a cluster. The time is that of a clock that does not step, from any start.
//
// After each call send what Outbox gives, read Events, and call HandleTimeout when Deadline is reached.
type Member struct {
	// Dropped counts what was not taken, by reason.
	Dropped map[string]int

	me          Identity
	settings    Settings
	cluster     uint32
	rng         *rand.Rand
	now         time.Duration
	life        life
	incarnation uint32
	table       map[string]*held
	news        *news
	outbox      []Datagram
	events      []Event
	timers      map[timer]time.Duration
	registry    *registry
	prober      *prober
	meeting     *meeting
	sync        *syncer
	number16    uint16
	served      bool

	challenges, refusals *bucket
	// Notices to those who spoke, and to others.
	notices, unasked *limiter
	corrections      *limiter
	accusers         map[Identity]accuser

	ownNews       int // How often our own state was told; -1 once it was told often enough.
	reassured     time.Duration
	lastGossip    time.Duration
	alarms        []time.Duration
	metEarlier    bool
	farewell      bool
	leftSince     time.Duration
	leftTold      int
	rival         Identity
	conflictPause time.Duration
	silentRounds  int
	answered      bool
}

// New makes a member that does nothing until Start or Join. An empty label is none.
func New(me Identity, settings Settings, label string, rng *rand.Rand) *Member {
	m := &Member{
		Dropped: map[string]int{}, me: me, settings: settings, rng: rng, table: map[string]*held{}, news: newNews(),
		timers: map[timer]time.Duration{}, number16: uint16(rng.Uint32()), ownNews: -1,
		challenges: newBucket(settings.Challenges), refusals: newBucket(settings.Refusals),
		notices:     newLimiter(settings.Notices, settings.ProbeInterval),
		unasked:     newLimiter(settings.Unasked, settings.ProbeInterval),
		corrections: newLimiter(settings.Notices, settings.ProbeInterval),
		accusers:    map[Identity]accuser{}, reassured: -time.Hour, lastGossip: -time.Hour,
	}
	if label != "" {
		m.cluster = LabelHash(label)
	}
	m.registry = newRegistry(me, &m.settings, rng, m.activeIdentity, m.emit)
	m.prober = &prober{m: m, relays: map[uint16]*relay{}}
	m.meeting = &meeting{m: m, requests: map[uint16]*request{}, cookies: newCookies()}
	m.sync = newSyncer(m)
	return m
}

// Start starts a cluster, or goes on without seeds.
func (m *Member) Start(now time.Duration) {
	m.advance(now)
	if m.life == dormant || m.life == joining {
		m.wake()
		m.activate()
		m.sync.completed()
	}
}

// Join names somebody who may know the cluster.
func (m *Member) Join(now time.Duration, route netip.AddrPort) {
	m.advance(now)
	if m.life == dormant || m.life == leaving {
		m.wake()
		m.life = joining
		if m.served {
			m.life = active
		}
		m.armAnnounce()
		m.armProbe()
	}
	m.meeting.join(route)
}

// Leave leaves the cluster; the event idle says that it is done.
func (m *Member) Leave(now time.Duration) {
	m.advance(now)
	switch {
	case m.life == dormant || m.life == leaving:
	case m.life == conflicting || len(m.members()) == 0:
		m.fallIdle()
	default:
		m.prober.clear()
		clear(m.meeting.requests)
		m.sync.restart()
		clear(m.timers)
		m.timers[gossipTimer] = now
		m.life, m.leftTold, m.leftSince, m.farewell = leaving, 0, now, m.registry.ownBacklog()
	}
}

// Put publishes a record.
func (m *Member) Put(now time.Duration, topic uint32, key, value []byte) error {
	m.advance(now)
	defer m.armGossip()
	return m.registry.put(topic, key, value)
}

// Remove removes a record; false if there is none.
func (m *Member) Remove(now time.Duration, topic uint32, key []byte) bool {
	m.advance(now)
	defer m.armGossip()
	return m.registry.remove(topic, key)
}

// SendEvent sends a user event; with a ttl of 0 it lives as long as it spreads.
func (m *Member) SendEvent(now time.Duration, topic uint32, payload []byte, ttl time.Duration) error {
	m.advance(now)
	defer m.armGossip()
	return m.registry.send(now, topic, payload, ttl)
}

// Identity is its own, as it is now.
func (m *Member) Identity() Identity { return m.me }

// Running says whether it is started and has not left.
func (m *Member) Running() bool { return m.life != dormant }

// View gives the state of every other member that it holds, the departed among them.
func (m *Member) View() map[Identity]State {
	view := map[Identity]State{}
	for _, h := range m.table {
		view[h.identity] = h.state
	}
	return view
}

// Record is what somebody published.
type Record struct {
	Owner      string
	Topic      uint32
	Key, Value string
}

// Records gives what is visible, in order.
func (m *Member) Records() []Record {
	var records []Record
	for name, o := range m.registry.owners {
		for at, i := range o.items {
			if o.shown && !i.removed {
				records = append(records, Record{name, at.topic, at.key, string(i.value)})
			}
		}
	}
	slices.SortFunc(records, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Key, b.Key))
	})
	return records
}

// Digests gives the roots of both planes.
func (m *Member) Digests() (members, records uint64) {
	return m.sync.digest(gen.Plane_PLANE_MEMBERS).Root(), m.sync.digest(gen.Plane_PLANE_RECORDS).Root()
}

// Outbox takes the datagrams that wait to be sent.
func (m *Member) Outbox() []Datagram {
	outbox := m.outbox
	m.outbox = nil
	return outbox
}

// Events takes the events that wait to be read.
func (m *Member) Events() []Event {
	events := m.events
	m.events = nil
	return events
}

// all gives what is held, by name.
func (m *Member) all() []*held {
	all := make([]*held, 0, len(m.table))
	for _, h := range m.table {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b *held) int { return cmp.Compare(a.identity.Name, b.identity.Name) })
	return all
}

func (m *Member) members() []*held {
	return slices.DeleteFunc(m.all(), func(h *held) bool { return !h.state.active() })
}

// sample gives up to count members at random.
func (m *Member) sample(count int, wanted func(*held) bool) []*held {
	members := slices.DeleteFunc(m.members(), func(h *held) bool { return !wanted(h) })
	m.rng.Shuffle(len(members), func(a, b int) { members[a], members[b] = members[b], members[a] })
	return members[:min(count, len(members))]
}

func (m *Member) isActive(name string) bool {
	h := m.table[name]
	return h != nil && h.state.active()
}

func (m *Member) activeIdentity(name string) (Identity, bool) {
	if !m.isActive(name) {
		return Identity{}, false
	}
	return m.table[name].identity, true
}

func (m *Member) number() uint16 {
	m.number16++
	return m.number16
}

func (m *Member) emit(event Event) { m.events = append(m.events, event) }

// HandleDatagram takes a datagram. An error wraps ErrRefused, and says that nothing was changed.
func (m *Member) HandleDatagram(now time.Duration, data []byte) error {
	m.advance(now)
	if m.life == dormant {
		return nil
	}
	d, err := decode(data)
	if err != nil {
		m.Dropped["malformed"]++
		return err
	}
	if d.header.Dst != 0 && d.header.Dst != uint32(m.me.KeyPrint()) {
		m.Dropped["misdirected"]++
		return nil
	}
	if refusal, ok := d.message.(*gen.Refused); ok {
		m.meeting.hearRefused(refusal)
		return nil
	}
	if !m.speaks(d) {
		return nil
	}
	m.Dropped["unknown sections"] += d.unknown
	_, isNotice := d.message.(*gen.YouAreDown)
	switch {
	case d.source.Name == m.me.Name && !(isNotice && d.source != m.me):
		m.hearOwnKey(d)
	case isNotice:
		m.hearNotice(d)
	case m.life == conflicting:
		m.hearInConflict(d)
	default:
		m.hear(d, len(data))
	}
	return nil
}

// speaks says whether it is of our version and cluster; a joiner that is not is told.
func (m *Member) speaks(d *datagram) bool {
	var reason gen.Reason
	switch {
	case d.header.Version != version:
		reason = gen.Reason_REASON_VERSION
		m.Dropped["version"]++
	case d.header.Cluster != m.cluster:
		reason = gen.Reason_REASON_CLUSTER
		m.Dropped["cluster"]++
	default:
		return true
	}
	if announce, ok := d.message.(*gen.Announce); ok && m.life.serving() && announce.Number <= 0xffff {
		m.meeting.refuse(d.source, announce.Number, reason)
	}
	return false
}

func (m *Member) hear(d *datagram, size int) {
	feed, isFeed := d.message.(*gen.Feed)
	isFeed = isFeed && m.meeting.hasAnnounced(feed.Number)
	page, isPage := d.message.(*gen.SyncPage)
	var members, records uint64
	if isPage {
		m.sync.heard(page.Number, size)
		members, records = m.Digests()
	}
	from := m.hearHeader(d, isFeed)
	m.hearMessage(d, from, size)
	if from != fromMember || d.message == nil {
		return
	}
	for _, u := range d.updates {
		m.apply(u, d.source.Name, false)
	}
	m.hearPublished(d, !isPage || m.sync.complete)
	if isFeed {
		m.registry.hearClock(feed.Clock)
		m.meeting.fed(d.source, feed.Number)
		m.sync.fed(d.source.Name, len(d.updates))
	}
	if isPage {
		membersNow, recordsNow := m.Digests()
		m.sync.hearPage(d.source.Name, page, members != membersNow || records != recordsNow)
	}
}

func (m *Member) hearPublished(d *datagram, relays bool) {
	renew := false
	for _, manifest := range d.manifests {
		renew = m.registry.hearManifest(manifest, relays) || renew
	}
	for _, record := range d.records {
		m.registry.hearRecord(record, relays)
	}
	for _, event := range d.userEvents {
		m.registry.hearEvent(m.now, event)
	}
	if renew && m.life.serving() {
		m.renewPast(m.me)
	}
	m.armGossip()
}

// hearHeader: the header is Alive of its sender.
func (m *Member) hearHeader(d *datagram, isFeed bool) sender {
	source, h := d.source, m.table[d.source.Name]
	proven := isFeed || m.meeting.isProven(d)
	if h == nil {
		switch {
		case !proven:
			return fromStranger
		case m.admit(source, d.header.Incarnation):
			return fromMember
		}
		return fromNewcomerWhenFull
	}
	if h.state == Left && h.identity == source && len(d.updates) > 0 && d.updates[0].state == Left {
		return fromKnown // It says itself that it leaves.
	}
	if h.identity.Addr != source.Addr && source.Supersedes(h.identity) && h.identity != source && !proven {
		return fromStranger
	}
	_, announces := d.message.(*gen.Announce)
	m.apply(update{identity: source, incarnation: d.header.Incarnation}, source.Name, proven && announces)
	if h := m.table[source.Name]; h.identity == source && h.state.active() {
		return fromMember
	}
	return fromKnown
}

func (m *Member) hearMessage(d *datagram, from sender, size int) {
	switch body := d.message.(type) {
	case nil:
		m.Dropped["unknown messages"]++
	case *gen.Ping:
		if from == fromMember || from == fromKnown {
			m.send(d.source, message{news: true, body: &gen.Ack{Number: body.Number}})
		} else {
			m.challengeStranger(d, from, body.Number)
		}
	case *gen.Announce:
		if m.life.serving() {
			m.meeting.hearAnnounce(d, from, body.Number)
		}
	case *gen.Challenge:
		m.meeting.hearChallenge(d.source, uint16(body.Number), body.Cookie)
	case *gen.Sync:
		if from == fromMember && m.life.serving() {
			m.sync.hearSync(d.source, body)
		} else {
			m.challengeStranger(d, from, body.Number)
		}
	case *gen.SyncPull:
		if from == fromMember && m.life.serving() {
			m.sync.hearPull(d.source, body)
		} else {
			m.challengeStranger(d, from, body.Number)
		}
	default:
		if from == fromMember {
			m.hearMember(d, size)
		} else {
			m.Dropped["stranger"]++
		}
	}
}

func (m *Member) challengeStranger(d *datagram, from sender, number uint32) {
	if from == fromStranger && m.life.serving() {
		m.meeting.challenge(d.source, number)
	}
}

// hearMember takes what only members may say.
func (m *Member) hearMember(d *datagram, size int) {
	switch body := d.message.(type) {
	case *gen.Ack:
		m.prober.hearAck(d.source, uint16(body.Number), d.header.Incarnation)
	case *gen.PingReq:
		m.prober.hearPingReq(d.source, body)
	case *gen.ForwardedAck:
		identity, _ := identityOf(body.Identity) // It was checked when it was read.
		m.prober.hearForwardedAck(d.source.Name, uint16(body.Number), identity, body.Incarnation)
	case *gen.Nack:
		m.prober.hearNack(uint16(body.Number))
	case *gen.SyncLeaves:
		m.sync.heard(body.Number, size)
		m.sync.hearLeaves(d.source.Name, body)
	}
}

// message is what is said: its body, the sections that go with it, and whether news travels along.
type message struct {
	body     proto.Message
	sections []proto.Message
	news     bool
	cookie   *uint64
}
