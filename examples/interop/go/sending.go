package member

import (
	"math"
	"net/netip"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

const (
	leaveRounds    = 3
	farewellRounds = 20
)

func (m *Member) tell(name string) {
	m.news.queue(piece{name: name})
	m.armGossip()
}

func (m *Member) tellOwn() {
	m.ownNews = 0
	m.armGossip()
}

// limit is how often a piece of news leaves.
func (m *Member) limit() int {
	return m.settings.Retransmit * int(math.Ceil(math.Log10(float64(len(m.members())+2))))
}

// gossipDue tells a few members at random (section 10).
func (m *Member) gossipDue() {
	delete(m.timers, gossipTimer)
	isLeaving, members := m.life == leaving, m.members()
	if isLeaving && m.hasLeft() {
		m.fallIdle()
		return
	}
	if len(members) == 0 {
		clear(m.news.pieces)
		clear(m.registry.news.pieces)
		clear(m.registry.moments)
		m.ownNews = -1
	}
	if !isLeaving && m.news.len() == 0 && m.registry.news.len() == 0 && m.ownNews < 0 {
		return
	}
	m.lastGossip = m.now
	m.timers[gossipTimer] = m.now + m.settings.GossipInterval
	for _, h := range m.sample(m.settings.Fanout, func(*held) bool { return true }) {
		m.send(h.identity, message{body: &gen.Gossip{}, news: true})
	}
}

// hasLeft says whether a leaver has told it for long enough and often enough (section 11).
func (m *Member) hasLeft() bool {
	waited := m.now - m.leftSince
	if m.farewell && (!m.registry.ownBacklog() || waited >= farewellRounds*m.settings.GossipInterval) {
		m.farewell, m.leftSince, waited = false, m.now, 0
	}
	told := m.leftTold >= m.limit() && waited >= leaveRounds*m.settings.GossipInterval
	return len(m.members()) == 0 || !m.farewell && told
}

func (m *Member) fallIdle() {
	m.prober.clear()
	clear(m.meeting.requests)
	m.meeting.seeds = nil
	m.sync.restart()
	clear(m.timers)
	m.life, m.ownNews = dormant, -1
	m.emit(Event{Kind: "idle"})
}

// send sends to an identity; the length of the datagram.
func (m *Member) send(to Identity, said message) int { return m.sendTo(to.Addr, to.Name, said) }

// sendTo sends to a route, for the member of a name, or, with "", for whoever is there.
func (m *Member) sendTo(route netip.AddrPort, name string, said message) int {
	header := m.header(name, said.cookie, said.body)
	p := newPacker(header)
	for _, section := range said.sections {
		p.add(section)
	}
	if said.news && !m.addNews(p, name) {
		if _, gossips := said.body.(*gen.Gossip); gossips {
			return 0
		}
	}
	data := encode(header, p.sections)
	if announce, announces := said.body.(*gen.Announce); announces && len(data) < padded {
		announce.Padding = make([]byte, padded-len(data))
		data = encode(header, p.sections)
	}
	m.outbox = append(m.outbox, Datagram{route, data})
	return len(data)
}

// sendPage answers a pull with as many entries as fit.
func (m *Member) sendPage(to Identity, asked *gen.SyncPull, entries []entry) {
	page := &gen.SyncPage{Number: asked.Number, Plane: asked.Plane, First: asked.First,
		Next: &gen.Position{Key: ^uint64(0), Item: 1}}
	p := newPacker(m.header(to.Name, nil, page))
	page.Next = nil
	for _, e := range entries {
		if !p.add(e.section()) {
			page.Next = e.at.message(asked.Plane)
			break
		}
	}
	m.outbox = append(m.outbox, Datagram{to.Addr, encode(m.header(to.Name, nil, page), p.sections)})
}

func (m *Member) header(name string, cookie *uint64, body proto.Message) *gen.Header {
	header := &gen.Header{Version: version, Cluster: m.cluster, Cookie: cookie, Source: m.me.node(),
		Incarnation: m.incarnation}
	if name != "" {
		header.Dst = uint32(TextPrint(name))
	}
	switch body := body.(type) {
	case *gen.Ping:
		header.Message = &gen.Header_Ping{Ping: body}
	case *gen.Ack:
		header.Message = &gen.Header_Ack{Ack: body}
	case *gen.Gossip:
		header.Message = &gen.Header_Gossip{Gossip: body}
	case *gen.PingReq:
		header.Message = &gen.Header_PingReq{PingReq: body}
	case *gen.ForwardedAck:
		header.Message = &gen.Header_ForwardedAck{ForwardedAck: body}
	case *gen.Nack:
		header.Message = &gen.Header_Nack{Nack: body}
	case *gen.Announce:
		header.Message = &gen.Header_Announce{Announce: body}
	case *gen.Challenge:
		header.Message = &gen.Header_Challenge{Challenge: body}
	case *gen.Feed:
		header.Message = &gen.Header_Feed{Feed: body}
	case *gen.Refused:
		header.Message = &gen.Header_Refused{Refused: body}
	case *gen.YouAreDown:
		header.Message = &gen.Header_YouAreDown{YouAreDown: body}
	case *gen.Sync:
		header.Message = &gen.Header_Sync{Sync: body}
	case *gen.SyncLeaves:
		header.Message = &gen.Header_SyncLeaves{SyncLeaves: body}
	case *gen.SyncPull:
		header.Message = &gen.Header_SyncPull{SyncPull: body}
	case *gen.SyncPage:
		header.Message = &gen.Header_SyncPage{SyncPage: body}
	}
	return header
}

// addNews adds own news, the buddy, updates, and what was published. True if there was any.
func (m *Member) addNews(p *packer, receiver string) bool {
	limit, alone := m.limit(), len(m.members()) == 1
	some := m.addOwnNews(p, limit)
	if h := m.table[receiver]; h != nil && h.state == Suspect {
		some = p.add(h.update().message()) || some
	}
	for _, told := range m.news.ordered() {
		h := m.table[told.name]
		if told.name == receiver && h.state.active() {
			if alone {
				m.news.sent(told, limit)
			}
		} else if p.add(h.update().message()) {
			m.news.sent(told, limit)
			some = true
		}
	}
	before := len(p.sections)
	m.registry.fill(p.add, m.now, receiver, limit, alone)
	return some || len(p.sections) > before
}

func (m *Member) addOwnNews(p *packer, limit int) bool {
	switch {
	case m.life == leaving:
		if m.farewell {
			return false
		}
		m.leftTold++
		return p.add(update{identity: m.me, incarnation: m.incarnation, state: Left}.message())
	case m.ownNews < 0:
		return false
	}
	if m.ownNews++; m.ownNews >= limit {
		m.ownNews = -1
	}
	return true
}

// packer adds sections to a datagram, as many as fit.
type packer struct {
	sections []proto.Message
	room     int
}

func newPacker(header *gen.Header) *packer { return &packer{room: maxSent - fieldSize(header)} }

func (p *packer) add(section proto.Message) bool {
	size := fieldSize(section)
	if size > p.room {
		return false
	}
	p.room -= size
	p.sections = append(p.sections, section)
	return true
}

// fieldSize is that of a message as a field with a number below 16.
func fieldSize(message proto.Message) int { return 1 + protowire.SizeBytes(proto.Size(message)) }
