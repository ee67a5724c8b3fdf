package member

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

const (
	truce       = 5 * time.Second
	maxAccusers = 64
)

// accuser is one that sent us a notice: when, and when we last answered by one.
type accuser struct {
	came, answered time.Duration
	hasAnswered    bool
}

// apply carries out the merge table (section 4) for an update that a member said, or, with "", we ourselves.
func (m *Member) apply(u update, speaker string, proven bool) {
	name := u.identity.Name
	if name == m.me.Name {
		m.hearAboutMe(u)
		return
	}
	h := m.table[name]
	if h == nil {
		if u.state.active() && m.admit(u.identity, u.incarnation) && u.state == Suspect {
			m.suspected(m.table[name], u)
		}
		return
	}
	change, answer := decide(h, u.identity, u.incarnation, u.state)
	switch answer {
	case notify:
		m.notifyOfDeath(h, u, speaker == name, proven)
	case correct:
		if speaker == name {
			m.notify(u.identity, h.update(), true, proven)
		}
		m.correct(h, speaker)
	}
	switch change {
	case setAlive:
		if h.state == Suspect {
			h.state, h.suspicion = Alive, nil
			m.emit(Event{Kind: "refuted", Member: u.identity})
		}
		h.incarnation = u.incarnation
		m.tell(name)
	case setSuspect:
		m.suspected(h, u)
	case confirm:
		m.confirmed(h, u)
	case depart:
		m.departed(h, u.incarnation, u.state)
	case turnLeft:
		h.state, h.incarnation = Left, max(h.incarnation, u.incarnation)
		m.emit(Event{Kind: "left", Member: u.identity})
		m.tell(name)
	case raise:
		h.incarnation = max(h.incarnation, u.incarnation)
	case replace:
		m.replaced(h, u)
	}
}

func (m *Member) admit(identity Identity, incarnation uint32) bool {
	if len(m.members()) >= m.settings.Members {
		m.Dropped["full"]++
		return false
	}
	m.table[identity.Name] = &held{identity: identity, incarnation: incarnation}
	m.emit(Event{Kind: "up", Member: identity})
	m.appeared(identity)
	m.tell(identity.Name)
	return true
}

func (m *Member) appeared(identity Identity) {
	m.registry.appeared(identity)
	m.armProbe()
	m.sync.soon()
}

// accusersOf: nobody accuses itself, and nobody who is not a member accuses.
func (m *Member) accusersOf(u update) []string {
	return slices.DeleteFunc(slices.Clone(u.by), func(name string) bool {
		return name == u.identity.Name || name != m.me.Name && !m.isActive(name)
	})
}

func (m *Member) suspected(h *held, u update) {
	if h.state == Alive {
		m.emit(Event{Kind: "suspected", Member: h.identity})
	}
	h.state, h.incarnation = Suspect, u.incarnation
	h.suspicion = &suspicion{m.accusersOf(u), m.now}
	m.tell(h.identity.Name)
}

func (m *Member) confirmed(h *held, u update) {
	added := false
	for _, name := range m.accusersOf(u) {
		if len(h.suspicion.by) < maxSuspecters && !slices.Contains(h.suspicion.by, name) {
			h.suspicion.by = append(h.suspicion.by, name)
			added = true
		}
	}
	if added {
		m.tell(h.identity.Name)
	}
}

func (m *Member) departed(h *held, incarnation uint32, state State) {
	name := h.identity.Name
	if m.prober.probe != nil && m.prober.probe.identity.Name == name {
		m.prober.void()
	}
	h.suspicion, h.incarnation, h.state, h.departed = nil, incarnation, state, m.now
	m.registry.concealed(name)
	m.emit(Event{Kind: state.String(), Member: h.identity})
	m.tell(name)
	var oldest *held
	count := 0
	for _, other := range m.all() {
		if !other.state.active() {
			count++
			if oldest == nil || other.departed < oldest.departed {
				oldest = other
			}
		}
	}
	if count > m.settings.Departed {
		m.forget(oldest)
	}
}

func (m *Member) replaced(h *held, u update) {
	old, was := h.identity, h.state
	h.identity, h.incarnation, h.suspicion = u.identity, u.incarnation, nil
	if !was.active() && !u.state.active() {
		h.state = u.state
		if was == Down && u.state == Left {
			m.emit(Event{Kind: "left", Member: u.identity})
		}
		m.tell(u.identity.Name)
		return
	}
	h.state = Alive
	m.emit(Event{Kind: "renewed", Old: old, Member: u.identity})
	m.registry.concealed(old.Name)
	m.appeared(u.identity)
	switch {
	case u.state == Suspect:
		m.suspected(h, u)
	case !u.state.active():
		m.departed(h, u.incarnation, u.state)
	default:
		m.tell(u.identity.Name)
	}
}

func (m *Member) forget(h *held) {
	name := h.identity.Name
	delete(m.table, name)
	m.news.drop(piece{name: name})
	m.registry.forgotten(name)
	delete(m.sync.peers, name)
	if h.state == Down {
		m.meeting.remember(h.identity.Addr)
	}
}

// notifyOfDeath tells a subject of its death, by the terminal one of what is held and the update.
func (m *Member) notifyOfDeath(h *held, u update, spoke, proven bool) {
	if h.state.active() {
		m.prober.next = h.identity.Name
		m.notify(u.identity, u, spoke, proven)
	} else {
		m.notify(u.identity, h.update(), spoke, proven)
	}
}

// notify tells somebody what is held of its key, since it spoke itself, or another spoke of it.
func (m *Member) notify(to Identity, about update, spoke, proven bool) {
	a, known := m.accusers[to]
	recent := known && m.now-a.came < truce
	if recent && a.hasAnswered && m.now-a.answered < truce {
		return
	}
	subject := to.Name
	if proven {
		subject = ""
	}
	limit := m.unasked
	if spoke {
		limit = m.notices
	}
	if !limit.take(m.now, subject) {
		return
	}
	if recent {
		a.answered, a.hasAnswered = m.now, true
		m.accusers[to] = a
	}
	m.sendNotice(to, about)
}

func (m *Member) sendNotice(to Identity, about update) {
	m.send(to, message{body: &gen.YouAreDown{}, sections: []proto.Message{about.message()}})
}

// correct tells again what is held: to everybody, and first to whoever said otherwise.
func (m *Member) correct(h *held, speaker string) {
	name := h.identity.Name
	if speaker == name {
		speaker = ""
	}
	if !m.corrections.take(m.now, name+"\x00"+speaker) {
		return
	}
	m.tell(name)
	if m.isActive(speaker) {
		m.send(m.table[speaker].identity, message{body: &gen.Gossip{}, news: true})
	}
}

// hearNotice does what section 5 says of it, and shows its sender what has become of us.
func (m *Member) hearNotice(d *datagram) {
	if len(d.updates) != 1 || d.updates[0].identity.Name != m.me.Name {
		m.Dropped["unmatched"]++
		return
	}
	u := d.updates[0]
	a := m.accusers[d.source]
	if a.came = m.now; len(m.accusers) >= maxAccusers {
		clear(m.accusers)
	}
	m.accusers[d.source] = a
	m.hearAboutMe(u)
	if !m.life.serving() || m.me == u.identity && m.incarnation == u.incarnation || d.source.Name == m.me.Name {
		return
	}
	if held, ok := m.activeIdentity(d.source.Name); ok && held == d.source {
		m.send(d.source, message{body: &gen.Gossip{}, news: true})
	} else if m.notices.take(m.now, "") {
		m.meeting.ping(d.source)
	}
}
