package member

import (
	"cmp"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

const (
	digestVersion  = 1
	maxPulls       = 16
	maxPages       = 64
	maxTries       = 4
	leavesARange   = Leaves / maxPulls
	largeFeed      = 32
	bytesPerSecond = 1_000
	byteBurst      = 65_536
)

// position is a place in a plane.
type position struct{ key, item uint64 }

func (p position) compare(other position) int {
	return cmp.Or(cmp.Compare(p.key, other.key), cmp.Compare(p.item, other.item))
}

func (p position) before() position {
	if p.item > 0 {
		return position{p.key, p.item - 1}
	}
	return position{p.key - 1, ^uint64(0)}
}

func (p position) message(plane gen.Plane) *gen.Position {
	if plane == gen.Plane_PLANE_MEMBERS {
		p.item = 0
	}
	return &gen.Position{Key: p.key, Item: p.item}
}

// errand is a range to be pulled, from a member or, if peer is "", from any.
type errand struct {
	plane        gen.Plane
	first, until position
	peer         string
	tries, pages int
}

func leaves(plane gen.Plane, first, last int, peer string) errand {
	return errand{plane: plane, peer: peer, first: position{uint64(first) << 56, 0},
		until: position{uint64(last)<<56 | (1<<56 - 1), ^uint64(0)}}
}

type pull struct {
	errand
	back, challenged bool
	sent             time.Duration
}

type comparison struct {
	number     uint16
	peer       string
	sent       time.Duration
	challenged bool
	answered   map[gen.Plane]bool
}

// syncer makes the views of members equal (section 13).
type syncer struct {
	m          *Member
	complete   bool
	comparison *comparison
	errands    []errand
	pulls      map[uint16]*pull
	exchanging bool
	useful     bool
	givenUp    bool
	pace       time.Duration
	next       time.Duration
	tokens     float64
	filled     time.Duration
	doubtful   time.Duration
	answers    *bucket
	peers      map[string]*bucket
}

func newSyncer(m *Member) *syncer {
	return &syncer{m: m, pulls: map[uint16]*pull{}, pace: m.settings.SyncShortest, tokens: byteBurst,
		answers: newBucket(m.settings.AnswersPerSecond), peers: map[string]*bucket{}}
}

func (s *syncer) awaits() bool { return s.comparison != nil && len(s.comparison.answered) == 0 }

func (s *syncer) idle() bool { return !s.exchanging && !s.awaits() }

func (s *syncer) deadline() (time.Duration, bool) {
	if len(s.m.members()) == 0 {
		return 0, false
	}
	var at earliest
	for _, p := range s.pulls {
		at.add(p.sent + s.m.settings.ProbeTimeout)
	}
	if s.awaits() {
		at.add(s.comparison.sent + s.m.settings.ProbeTimeout)
	}
	if s.idle() {
		at.add(s.next)
	} else if !at.some {
		at.add(s.filled + s.m.settings.SyncShortest)
	}
	return at.get()
}

// due asks again what was not answered, or compares with somebody.
func (s *syncer) due() {
	if s.awaits() && s.comparison.sent+s.m.settings.ProbeTimeout <= s.m.now {
		s.comparison = nil
		s.schedule(s.pace)
	}
	for number, p := range s.pulls {
		if p.sent+s.m.settings.ProbeTimeout <= s.m.now {
			delete(s.pulls, number)
			if !p.back {
				s.failed(p)
			}
		}
	}
	s.run()
	if s.idle() && s.next <= s.m.now {
		if members := s.m.members(); len(members) > 0 && s.mayAsk() {
			s.compareWith(members[s.m.rng.IntN(len(members))].identity.Name)
		} else {
			s.schedule(s.m.settings.SyncShortest)
		}
	}
}

func (s *syncer) compareWith(peer string) {
	s.comparison = &comparison{s.m.number(), peer, s.m.now, false, map[gen.Plane]bool{}}
	s.sendSync(nil)
}

func (s *syncer) sendSync(cookie *uint64) {
	records := s.digest(gen.Plane_PLANE_RECORDS).Root()
	s.spend(s.m.send(s.m.table[s.comparison.peer].identity, message{cookie: cookie, body: &gen.Sync{
		Number: uint32(s.comparison.number), Version: digestVersion, Records: &records,
		Members: s.digest(gen.Plane_PLANE_MEMBERS).Root(), Clock: s.m.registry.clock}}))
}

// fed: a member fed us; learn the rest of what it holds.
func (s *syncer) fed(peer string, updates int) {
	if !s.idle() || !s.m.isActive(peer) {
		return
	}
	if s.complete || updates < largeFeed {
		s.compareWith(peer)
		return
	}
	s.begin()
	for plane := gen.Plane_PLANE_MEMBERS; plane <= gen.Plane_PLANE_RECORDS; plane++ {
		for first := 0; first < Leaves; first += leavesARange {
			s.errands = append(s.errands, leaves(plane, first, first+leavesARange-1, ""))
		}
	}
	s.run()
}

func (s *syncer) begin() { s.exchanging, s.useful, s.givenUp = true, false, false }

// hearLeaves is the answer to a comparison, of one plane.
func (s *syncer) hearLeaves(peer string, answer *gen.SyncLeaves) {
	c := s.comparison
	if c == nil || c.number != uint16(answer.Number) || c.peer != peer || c.answered[answer.Plane] {
		return
	}
	if len(c.answered) == 0 {
		s.begin()
	}
	c.answered[answer.Plane] = true
	if len(answer.Leaves) > 0 {
		s.plan(peer, answer)
	}
	s.run()
}

func (s *syncer) plan(peer string, answer *gen.SyncLeaves) {
	ours, start := s.digest(answer.Plane).Salted(answer.Salt), -1
	for number := 0; number <= Leaves; number++ {
		differs := number < Leaves && ours[number] != answer.Leaves[number]
		if start >= 0 && (!differs || number-start == leavesARange) {
			s.errands = append(s.errands, leaves(answer.Plane, start, number-1, peer))
			start = -1
		}
		if differs && start < 0 {
			start = number
		}
	}
}

func (s *syncer) run() {
	for len(s.errands) > 0 && len(s.pulls) < maxPulls && s.mayAsk() {
		next := s.errands[0]
		s.errands = s.errands[1:]
		if !s.m.isActive(next.peer) {
			members := s.m.members()
			if len(members) == 0 {
				s.givenUp = true
				continue
			}
			next.peer = members[s.m.rng.IntN(len(members))].identity.Name
		}
		s.sendPull(next, false)
	}
	busy := len(s.errands) > 0
	for _, p := range s.pulls {
		busy = busy || !p.back
	}
	if s.exchanging && !busy {
		s.conclude()
	}
}

func (s *syncer) sendPull(e errand, back bool) {
	entries := s.entries(e.plane, e.first, e.until)
	if len(entries) > maxHave {
		rest := e
		rest.first = entries[maxHave].at
		e.until = rest.first.before()
		entries = entries[:maxHave]
		if !back {
			s.errands = append([]errand{rest}, s.errands...)
		}
	}
	number := s.m.number()
	s.pulls[number] = &pull{errand: e, back: back, sent: s.m.now}
	s.ask(number, s.pulls[number], entries, nil)
}

func (s *syncer) ask(number uint16, p *pull, entries []entry, cookie *uint64) {
	salt := s.m.rng.Uint64()
	request := &gen.SyncPull{Number: uint32(number), Plane: p.plane, Back: p.back, Salt: salt,
		Until: p.until.message(p.plane)}
	if p.first != (position{}) {
		request.First = p.first.message(p.plane)
	}
	for _, e := range entries {
		request.Have = append(request.Have, salted(e.value, salt))
	}
	s.spend(s.m.send(s.m.table[p.peer].identity, message{cookie: cookie, body: request}))
}

// hearChallenge is true if the challenge was for one of our requests.
func (s *syncer) hearChallenge(source Identity, number uint16, cookie uint64) bool {
	if c := s.comparison; c != nil && c.number == number && c.peer == source.Name {
		if !c.challenged {
			c.challenged = true
			s.sendSync(&cookie)
		}
		return true
	}
	p := s.pulls[number]
	if p == nil || p.peer != source.Name {
		return false
	}
	if !p.challenged {
		p.challenged = true
		entries := s.entries(p.plane, p.first, p.until)
		s.ask(number, p, entries[:min(len(entries), maxHave)], &cookie)
	}
	return true
}

// hearPage: a page was applied; taught says that it changed what we hold.
func (s *syncer) hearPage(peer string, page *gen.SyncPage, taught bool) {
	p := s.pulls[uint16(page.Number)]
	if p == nil || p.peer != peer || p.plane != page.Plane {
		return
	}
	delete(s.pulls, uint16(page.Number))
	s.useful = s.useful || taught && !p.back
	if page.Next != nil {
		s.turn(p, position{page.Next.Key, page.Next.Item})
	}
	s.run()
}

func (s *syncer) turn(p *pull, next position) {
	if next.compare(p.first) <= 0 || next.compare(p.until) > 0 {
		if !p.back {
			s.failed(p)
		}
		return
	}
	onward := errand{plane: p.plane, first: next, until: p.until, peer: p.peer, pages: p.pages + 1}
	if onward.pages >= maxPages {
		onward.peer, onward.pages = "", 0
	}
	if !p.back {
		s.errands = append([]errand{onward}, s.errands...)
	} else if s.m.isActive(onward.peer) {
		s.sendPull(onward, true)
	}
}

func (s *syncer) failed(p *pull) {
	again := p.errand
	if again.tries++; again.tries >= maxTries {
		s.givenUp = true
		return
	}
	if again.tries >= maxTries/2 {
		again.peer = ""
	}
	s.errands = append(s.errands, again)
}

func (s *syncer) conclude() {
	if s.useful {
		s.pace /= 2
	} else {
		s.pace *= 2
	}
	s.pace = min(max(s.pace, s.m.settings.SyncShortest), s.m.settings.SyncLongest)
	s.exchanging = false
	s.schedule(s.pace)
	if !s.givenUp {
		s.doubtful = 0
		s.completed()
	}
}

// completed: we hold what the cluster holds.
func (s *syncer) completed() {
	if !s.complete {
		s.complete = true
		s.m.meeting.rest()
		s.m.emit(Event{Kind: "synced"})
	}
}

func (s *syncer) schedule(pause time.Duration) {
	s.next = s.m.now + pause + time.Duration(s.m.rng.Int64N(int64(pause)/4+1))
}

func (s *syncer) soon() {
	if s.idle() && s.next < s.m.now {
		s.schedule(s.pace)
	}
}

// doubt: we stood still for long, so we ask before we answer.
func (s *syncer) doubt() {
	s.abandon()
	s.doubtful = s.m.now + s.m.settings.SyncLongest
	s.next = s.m.now
}

func (s *syncer) restart() {
	s.abandon()
	s.complete = false
}

func (s *syncer) abandon() {
	s.comparison, s.exchanging, s.errands = nil, false, nil
	clear(s.pulls)
}

// hearSync: a member asks whether we hold what it holds.
func (s *syncer) hearSync(source Identity, sync *gen.Sync) {
	s.m.registry.hearClock(sync.Clock)
	if sync.Version != digestVersion || !s.mayAnswer(source.Name) {
		return
	}
	equal := true
	compare := func(plane gen.Plane, root uint64) {
		if digest := s.digest(plane); digest.Root() != root {
			equal = false
			salt := s.m.rng.Uint64()
			s.m.send(source, message{body: &gen.SyncLeaves{
				Number: sync.Number, Plane: plane, Salt: salt, Leaves: digest.Salted(salt)}})
		}
	}
	compare(gen.Plane_PLANE_MEMBERS, sync.Members)
	if sync.Records != nil {
		compare(gen.Plane_PLANE_RECORDS, *sync.Records)
	}
	if equal {
		s.m.send(source, message{body: &gen.SyncLeaves{Number: sync.Number}})
	}
}

// hearPull: a member asks for a range. If it has what we lack, we ask it back, once.
func (s *syncer) hearPull(source Identity, asked *gen.SyncPull) {
	first := position{asked.First.GetKey(), asked.First.GetItem()}
	until := position{asked.Until.GetKey(), asked.Until.GetItem()}
	members := asked.Plane == gen.Plane_PLANE_MEMBERS
	if members {
		first.item, until.item = 0, ^uint64(0)
	}
	if first.compare(until) > 0 || !s.mayAnswer(source.Name) {
		return
	}
	have := map[uint32]bool{}
	for _, value := range asked.Have {
		have[value] = true
	}
	var told []entry
	known, own := 0, s.m.me.KeyPrint()
	for _, e := range s.entries(asked.Plane, first, until) {
		if have[salted(e.value, asked.Salt)] {
			known++
		} else if !members || e.at.key != own {
			told = append(told, e)
		}
	}
	s.m.sendPage(source, asked, told)
	if known < len(have) && !asked.Back && len(s.pulls) < maxPulls && s.mayAsk() && s.m.isActive(source.Name) {
		s.sendPull(errand{plane: asked.Plane, first: first, until: until, peer: source.Name}, true)
	}
}

func (s *syncer) mayAnswer(peer string) bool {
	if s.m.now < s.doubtful {
		return false
	}
	if s.peers[peer] == nil {
		s.peers[peer] = newBucket(s.m.settings.AnswersPerPeer)
	}
	return s.peers[peer].take(s.m.now) && s.answers.take(s.m.now)
}

// entries gives those of a range, in the order of positions.
func (s *syncer) entries(plane gen.Plane, first, until position) []entry {
	entries := slices.DeleteFunc(s.plane(plane), func(e entry) bool {
		return e.at.compare(first) < 0 || e.at.compare(until) > 0
	})
	slices.SortFunc(entries, func(a, b entry) int { return a.at.compare(b.at) })
	return entries
}

func (s *syncer) plane(plane gen.Plane) []entry {
	if plane == gen.Plane_PLANE_RECORDS {
		return s.m.registry.entries()
	}
	var entries []entry
	add := func(u update) {
		key := u.identity.KeyPrint()
		entries = append(entries, entry{position{key, 0}, Mix(key, u.identity.Print(), uint64(u.incarnation)),
			func() proto.Message { return u.message() }})
	}
	for _, h := range s.m.members() {
		add(h.alive())
	}
	add(update{identity: s.m.me, incarnation: s.m.incarnation})
	return entries
}

func (s *syncer) digest(plane gen.Plane) *Digest {
	digest := &Digest{}
	for _, e := range s.plane(plane) {
		digest.Toggle(e.at.key, e.value)
	}
	return digest
}

// heard counts bytes of an answer that we asked for.
func (s *syncer) heard(number uint32, size int) {
	asked := s.comparison != nil && s.comparison.number == uint16(number)
	if asked || s.pulls[uint16(number)] != nil {
		s.spend(size)
	}
}

func (s *syncer) spend(size int) { s.tokens = max(s.tokens-float64(size), -byteBurst) }

func (s *syncer) mayAsk() bool {
	s.tokens = min(byteBurst, s.tokens+(s.m.now-s.filled).Seconds()*bytesPerSecond)
	s.filled = s.m.now
	return !s.complete || s.tokens > 0
}
