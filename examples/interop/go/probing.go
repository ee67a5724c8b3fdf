package member

import (
	"net/netip"
	"time"

	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

const worstHealth = 8

type probe struct {
	identity   Identity
	number     uint16
	asked      int
	answered   int
	challenged bool
}

// blame is how much a failure says of ourselves.
func (p *probe) blame() int {
	if p.asked == 0 {
		return 1
	}
	return max(0, p.asked-p.answered)
}

// relay is a ping that we made for another.
type relay struct {
	target             string
	asker              Identity
	number             uint32
	created            time.Duration
	challenged, nacked bool
}

// prober probes one member an interval, and helps others (section 8).
type prober struct {
	m      *Member
	health int
	probe  *probe
	round  []string
	next   string
	relays map[uint16]*relay
}

func (p *prober) due(r *relay) time.Duration {
	s := &p.m.settings
	at := r.created + min(s.ProbeTimeout, s.ProbeInterval-s.ProbeTimeout)*4/5
	if r.nacked {
		at += s.ProbeInterval
	}
	return at
}

func (p *prober) worsen(by int) { p.health = min(worstHealth, p.health+by) }

// probeDue judges the present probe and starts the next.
func (p *prober) probeDue() {
	m := p.m
	delete(m.timers, probeTimer)
	delete(m.timers, probeTimeoutTimer)
	if last := p.probe; last != nil {
		p.probe = nil
		if h := m.table[last.identity.Name]; h != nil && h.identity == last.identity && h.state.active() {
			p.worsen(last.blame())
			m.apply(update{last.identity, h.incarnation, Suspect, []string{m.me.Name}}, "", false)
		}
	}
	name := p.draw()
	if name == "" {
		return
	}
	identity, number := m.table[name].identity, m.number()
	p.probe = &probe{identity: identity, number: number}
	stretch := time.Duration(p.health + 1)
	m.timers[probeTimer] = m.now + m.settings.ProbeInterval*stretch
	m.timers[probeTimeoutTimer] = m.now + m.settings.ProbeTimeout*stretch
	m.send(identity, ping(number))
}

func ping(number uint16) message { return message{body: &gen.Ping{Number: uint32(number)}, news: true} }

func (p *prober) draw() string {
	if next := p.next; p.m.isActive(next) {
		p.next = ""
		return next
	}
	for range 2 {
		for len(p.round) > 0 {
			name := p.round[0]
			if p.round = p.round[1:]; p.m.isActive(name) {
				return name
			}
		}
		for _, h := range p.m.members() {
			p.round = append(p.round, h.identity.Name)
		}
		p.m.rng.Shuffle(len(p.round), func(a, b int) { p.round[a], p.round[b] = p.round[b], p.round[a] })
	}
	return ""
}

// timeoutDue asks helpers: there was no direct answer in time.
func (p *prober) timeoutDue() {
	delete(p.m.timers, probeTimeoutTimer)
	if p.probe == nil {
		return
	}
	target := p.probe.identity
	helpers := p.m.sample(p.m.settings.Helpers, func(h *held) bool {
		return h.state == Alive && h.identity.Name != target.Name
	})
	var sections []proto.Message
	if h := p.m.table[target.Name]; h != nil && h.state == Suspect {
		sections = append(sections, h.update().message())
	}
	p.probe.asked = len(helpers)
	for _, helper := range helpers {
		p.m.send(helper.identity, message{sections: sections, body: &gen.PingReq{
			Number: uint32(p.probe.number), Target: keyNode(target.Name), Route: target.routeNode()}})
	}
}

// void: the probe in flight says nothing any more.
func (p *prober) void() {
	p.probe = nil
	delete(p.m.timers, probeTimeoutTimer)
}

func (p *prober) succeeded() {
	p.void()
	p.health = max(0, p.health-1)
	p.m.activate()
}

func (p *prober) hearAck(source Identity, number uint16, incarnation uint32) {
	if p.probe != nil && p.probe.number == number {
		if p.probe.identity == source {
			p.succeeded()
		}
		return
	}
	if r := p.relays[number]; r != nil {
		if r.target == source.Name {
			delete(p.relays, number)
			p.forward(r, source, incarnation)
		}
		return
	}
	p.m.meeting.pinged(number)
}

// hearChallenge is true if the challenge was for one of our pings: whoever challenges a ping is there.
func (p *prober) hearChallenge(source Identity, number uint16, cookie uint64) bool {
	if p.probe != nil && p.probe.number == number && p.probe.identity.Name == source.Name {
		if !p.probe.challenged {
			p.probe.challenged = true
			again := ping(number)
			again.cookie = &cookie
			p.m.send(p.probe.identity, again)
			if p.probe.identity == source {
				p.succeeded()
			}
		}
		return true
	}
	r := p.relays[number]
	if r == nil || r.target != source.Name {
		return false
	}
	if !r.challenged {
		r.challenged = true
		p.m.send(source, message{body: &gen.Ping{Number: uint32(number)}, cookie: &cookie})
		var incarnation uint32
		if h := p.m.table[source.Name]; h != nil && h.identity == source {
			incarnation = h.incarnation
		}
		delete(p.relays, number)
		p.forward(r, source, incarnation)
	}
	return true
}

func (p *prober) hearForwardedAck(helper string, number uint16, identity Identity, incarnation uint32) {
	asked := p.probe
	if asked == nil || asked.number != number || asked.identity.Name != identity.Name {
		return
	}
	p.m.apply(update{identity: identity, incarnation: incarnation}, helper, false)
	if p.probe != asked {
		return
	}
	if identity == asked.identity && p.m.table[identity.Name].identity == identity {
		p.succeeded()
	} else {
		asked.answered++
	}
}

func (p *prober) hearNack(number uint16) {
	if p.probe != nil && p.probe.number == number {
		p.probe.answered++
	}
}

// hearPingReq: a member asks us to ping another.
func (p *prober) hearPingReq(asker Identity, request *gen.PingReq) {
	m, target := p.m, request.Target.Name
	var route netip.AddrPort
	h := m.table[target]
	if h != nil {
		route = h.identity.Addr
	}
	if request.Route != nil {
		route, _ = routeOf(request.Route)
	}
	if !route.IsValid() || target == m.me.Name || len(p.relays) >= m.settings.Relays {
		m.send(asker, message{body: &gen.Nack{Number: request.Number}})
		return
	}
	number := m.number()
	p.relays[number] = &relay{target: target, asker: asker, number: request.Number, created: m.now}
	onward := ping(number)
	onward.news = h != nil && h.identity.Addr == route
	m.sendTo(route, target, onward)
}

func (p *prober) forward(r *relay, identity Identity, incarnation uint32) {
	p.m.send(r.asker, message{news: true, body: &gen.ForwardedAck{
		Number: r.number, Identity: identity.node(), Incarnation: incarnation}})
}

func (p *prober) relaysDue() {
	for number, r := range p.relays {
		switch {
		case p.due(r) > p.m.now:
		case r.nacked:
			delete(p.relays, number)
		default:
			r.nacked = true
			p.m.send(r.asker, message{body: &gen.Nack{Number: r.number}})
		}
	}
}

func (p *prober) clear() {
	p.void()
	clear(p.relays)
}
