package member

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

const (
	firstPause  = 250 * time.Millisecond
	patience    = 30 * time.Second
	cookieSlot  = 10 * time.Second
	padded      = 256
	forgotten   = 16
	outstanding = 64
)

// cookies prove, without state, that somebody can be reached where it says.
type cookies struct{ key []byte }

func newCookies() cookies {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // It never fails.
	return cookies{key}
}

func (c cookies) bake(identity Identity, slot int64) uint64 {
	hash := hmac.New(sha256.New, c.key)
	said := binary.LittleEndian.AppendUint64(nil, identity.Print())
	hash.Write(binary.LittleEndian.AppendUint64(said, uint64(slot)))
	return binary.LittleEndian.Uint64(hash.Sum(nil))
}

func (c cookies) holds(now time.Duration, identity Identity, cookie uint64) bool {
	slot := int64(now / cookieSlot)
	return cookie == c.bake(identity, slot) || cookie == c.bake(identity, slot-1)
}

type seedState int

const (
	asking seedState = iota
	reached
	resting
)

// seed is an address given to Join: asked until it answers, then again in the same rhythm, then now and then.
type seed struct {
	route     netip.AddrPort
	until, at time.Duration
	pause     time.Duration
	state     seedState
	key       string
	refused   string
}

// request is one without an answer so far: an announce, or a ping.
type request struct {
	announce   bool
	route      netip.AddrPort
	at         time.Duration
	challenged bool
}

// meeting is about strangers (section 7).
type meeting struct {
	m         *Member
	seeds     []*seed
	forgotten []netip.AddrPort
	requests  map[uint16]*request
	cookies   cookies
}

func (g *meeting) deadline() (time.Duration, bool) {
	var at earliest
	for _, s := range g.seeds {
		if s.state != resting {
			at.add(s.at)
		}
		if s.state == asking {
			at.add(s.until)
		}
	}
	return at.get()
}

func (g *meeting) join(route netip.AddrPort) {
	if route == g.m.me.Addr {
		g.m.emit(Event{Kind: "seed", Route: route, Outcome: "myself"})
		return
	}
	now := g.m.now
	s := g.seed(route)
	if s == nil {
		s = &seed{route: route}
		g.seeds = append(g.seeds, s)
	}
	*s = seed{route: route, until: now + g.m.settings.JoinTimeout, at: now + firstPause, pause: firstPause}
	g.announceTo(route)
}

func (g *meeting) seed(route netip.AddrPort) *seed {
	for _, s := range g.seeds {
		if s.route == route {
			return s
		}
	}
	return nil
}

// seedsDue asks again, or says that there was no answer.
func (g *meeting) seedsDue() {
	for _, s := range g.seeds {
		if s.state == asking && s.until <= g.m.now {
			s.state = resting
			outcome := s.refused
			if outcome == "" {
				outcome = "no answer"
			}
			g.m.emit(Event{Kind: "seed", Route: s.route, Outcome: outcome})
		} else if s.state != resting && s.at <= g.m.now {
			s.pause = min(s.pause*2, g.m.settings.AnnounceInterval)
			s.at = g.m.now + s.pause
			g.announceTo(s.route)
		}
	}
}

// announceDue announces to one seed, one member held down or one forgotten route.
func (g *meeting) announceDue() {
	g.m.timers[announceTimer] = g.m.now + g.m.settings.AnnounceInterval
	active := map[netip.AddrPort]bool{}
	routes := append([]netip.AddrPort{}, g.forgotten...)
	for _, h := range g.m.all() {
		if h.state.active() {
			active[h.identity.Addr] = true
		} else if h.state == Down {
			routes = append(routes, h.identity.Addr)
		}
	}
	for _, s := range g.seeds {
		if !active[s.route] {
			routes = append(routes, s.route)
		}
	}
	if len(routes) > 0 {
		g.announceTo(routes[g.m.rng.IntN(len(routes))])
	}
}

// announceTo asks whoever is at a route to take us in.
func (g *meeting) announceTo(route netip.AddrPort) {
	number := g.m.number()
	g.add(number, &request{announce: true, route: route, at: g.m.now})
	g.m.sendTo(route, "", message{body: &gen.Announce{Number: uint32(number)}, sections: topicNames()})
}

// ping shows us to one who is no member here.
func (g *meeting) ping(identity Identity) {
	number := g.m.number()
	g.add(number, &request{route: identity.Addr, at: g.m.now})
	g.m.send(identity, message{body: &gen.Ping{Number: uint32(number)}})
}

func (g *meeting) pinged(number uint16) {
	if r := g.requests[number]; r != nil && !r.announce {
		delete(g.requests, number)
	}
}

func (g *meeting) add(number uint16, r *request) {
	for other, request := range g.requests {
		if g.m.now-request.at >= patience || len(g.requests) >= outstanding {
			delete(g.requests, other)
		}
	}
	g.requests[number] = r
}

func (g *meeting) hasAnnounced(number uint32) bool {
	r := g.requests[uint16(number)]
	return r != nil && r.announce && g.m.now-r.at < patience
}

func (g *meeting) isProven(d *datagram) bool {
	return d.header.Cookie != nil && g.cookies.holds(g.m.now, d.source, *d.header.Cookie)
}

func (g *meeting) challenge(source Identity, number uint32) {
	if g.m.challenges.take(g.m.now) {
		cookie := g.cookies.bake(source, int64(g.m.now/cookieSlot))
		g.m.send(source, message{body: &gen.Challenge{Number: number, Cookie: cookie}})
	}
}

func (g *meeting) refuse(source Identity, number uint32, reason gen.Reason) {
	if g.m.refusals.take(g.m.now) {
		g.m.send(source, message{body: &gen.Refused{
			Number: number, Reason: reason, Cluster: g.m.cluster, Min: version, Max: version}})
	}
}

func (g *meeting) hearAnnounce(d *datagram, from sender, number uint32) {
	switch {
	case from == fromMember:
		var sections []proto.Message
		for _, h := range g.m.members() {
			if h.identity != d.source {
				sections = append(sections, h.alive().message())
			}
		}
		g.m.rng.Shuffle(len(sections), func(a, b int) { sections[a], sections[b] = sections[b], sections[a] })
		sections = append(topicNames(), sections...)
		g.m.send(d.source, message{sections: sections, body: &gen.Feed{Number: number, Clock: g.m.registry.clock}})
	case from == fromKnown && g.isProven(d):
		g.refuse(d.source, number, gen.Reason_REASON_CONFLICT)
	case from == fromNewcomerWhenFull:
		g.refuse(d.source, number, gen.Reason_REASON_FULL)
	default:
		g.challenge(d.source, number)
	}
}

// hearChallenge repeats one of our requests, once, with the cookie.
func (g *meeting) hearChallenge(source Identity, number uint16, cookie uint64) {
	if g.m.prober.hearChallenge(source, number, cookie) || g.m.sync.hearChallenge(source, number, cookie) {
		return
	}
	r := g.requests[number]
	if r == nil || r.challenged {
		return
	}
	r.challenged = true
	if r.announce {
		g.m.sendTo(r.route, "", message{body: &gen.Announce{Number: uint32(number)}, sections: topicNames(), cookie: &cookie})
	} else {
		g.m.sendTo(r.route, source.Name, message{body: &gen.Ping{Number: uint32(number)}, cookie: &cookie})
	}
}

// fed: a feed that we asked for was applied.
func (g *meeting) fed(source Identity, number uint32) {
	if r := g.requests[uint16(number)]; r != nil {
		delete(g.requests, uint16(number))
		if s := g.seed(r.route); s != nil {
			if s.key == "" {
				g.m.emit(Event{Kind: "seed", Route: s.route, Outcome: "reached"})
				s.at, s.pause = g.m.now+firstPause, firstPause
			}
			if s.key = source.Name; s.state == asking {
				s.state = reached
			}
		}
	}
	g.m.activate()
}

// rest: what seeds could teach is known.
func (g *meeting) rest() {
	for _, s := range g.seeds {
		if s.state == reached {
			s.state = resting
		}
	}
}

func (g *meeting) hearRefused(refusal *gen.Refused) {
	if !g.hasAnnounced(refusal.Number) {
		return
	}
	r := g.requests[uint16(refusal.Number)]
	delete(g.requests, uint16(refusal.Number))
	if g.m.life == conflicting {
		g.m.conflictAnswered(refusal.Reason != gen.Reason_REASON_CONFLICT)
		return
	}
	s := g.seed(r.route)
	if s == nil || s.state != asking {
		return
	}
	reason, known := gen.Reason_name[int32(refusal.Reason)]
	if !known {
		reason = gen.Reason_REASON_OTHER.String()
	}
	outcome := "refused: " + strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(reason, "REASON_")), "_", " ")
	switch refusal.Reason {
	case gen.Reason_REASON_VERSION:
		outcome += fmt.Sprintf(" (%d to %d there, %d here)", refusal.Min, refusal.Max, version)
	case gen.Reason_REASON_CONFLICT:
		s.refused = outcome // Its notice is awaited first.
		return
	}
	s.state = resting
	g.m.emit(Event{Kind: "seed", Route: s.route, Outcome: outcome})
}

// metMyself: an announce of ours came back, so that seed is ourselves.
func (g *meeting) metMyself(number uint32) {
	if !g.hasAnnounced(number) {
		return
	}
	route := g.requests[uint16(number)].route
	delete(g.requests, uint16(number))
	for at, s := range g.seeds {
		if s.route == route {
			g.seeds = append(g.seeds[:at], g.seeds[at+1:]...)
			g.m.emit(Event{Kind: "seed", Route: route, Outcome: "myself"})
			return
		}
	}
}

// announceAgain repeats announces under way: cookies are of one identity.
func (g *meeting) announceAgain() {
	again := map[netip.AddrPort]bool{}
	for number, r := range g.requests {
		if r.announce {
			again[r.route] = true
			delete(g.requests, number)
		}
	}
	for route := range again {
		g.announceTo(route)
	}
}

func (g *meeting) remember(route netip.AddrPort) {
	g.forgotten = append(g.forgotten, route)
	g.forgotten = g.forgotten[max(0, len(g.forgotten)-forgotten):]
}
