package member

import (
	"time"

	"haulout.example/member/gen"
)

const (
	twinWindow   = time.Minute
	twinAlarms   = 3
	longestPause = time.Hour
	silentRounds = 3
	lastNumber   = 1<<32 - 1
)

// hearAboutMe is section 5 of the specification.
func (m *Member) hearAboutMe(u update) {
	if m.life == conflicting {
		m.hearAboutMeInConflict(u)
		return
	}
	if !m.life.serving() {
		return
	}
	switch {
	case u.identity == m.me:
		m.hearOfMyLife(u)
	case m.me.Supersedes(u.identity):
		m.reassure()
	case !u.state.active():
		m.renewPast(u.identity)
	case m.life == joining && !m.metEarlier:
		m.metEarlier = true
		m.renewPast(u.identity)
	default:
		m.enterConflict(u.identity)
	}
}

func (m *Member) hearOfMyLife(u update) {
	switch {
	case !u.state.active():
		m.renewPast(u.identity)
	case u.state == Suspect && u.incarnation >= m.incarnation:
		m.prober.worsen(1)
		m.riseAbove(u.incarnation)
	case u.state == Suspect:
		m.reassure()
	case u.incarnation > m.incarnation:
		m.outbidTwin(u.incarnation)
	}
}

// outbidTwin: somebody else speaks under our identity, at an incarnation that we never had.
func (m *Member) outbidTwin(incarnation uint32) {
	m.riseAbove(incarnation)
	var recent []time.Duration
	for _, at := range m.alarms {
		if m.now-at < twinWindow {
			recent = append(recent, at)
		}
	}
	m.alarms = append(recent, m.now)
	if _, set := m.timers[twinTimer]; !set && len(m.alarms) >= twinAlarms {
		m.timers[twinTimer] = m.now + time.Duration(m.rng.Int64N(int64(time.Second)))
	}
}

func (m *Member) twinDue() {
	delete(m.timers, twinTimer)
	m.alarms = nil
	if m.life.serving() {
		m.renewPast(m.me)
	}
}

func (m *Member) riseAbove(incarnation uint32) {
	if incarnation == lastNumber {
		m.renewPast(m.me)
		return
	}
	m.incarnation = incarnation + 1
	m.tellOwn()
}

func (m *Member) reassure() {
	if m.now-m.reassured >= m.settings.GossipInterval {
		m.reassured = m.now
		m.tellOwn()
	}
}

func (m *Member) renewPast(rival Identity) {
	m.become(m.me.Renew(rival))
	if m.life == conflicting {
		m.life = active
		delete(m.timers, conflictTimer)
		m.armAnnounce()
		m.armProbe()
	}
	m.tellOwn()
	m.meeting.announceAgain()
	m.emit(Event{Kind: "rejoined", Member: m.me})
}

func (m *Member) become(identity Identity) {
	m.me, m.incarnation = identity, 0
	m.registry.renewed(identity)
}

// hearOwnKey takes a datagram whose source claims our own key: it proves nothing.
func (m *Member) hearOwnKey(d *datagram) {
	announce, announces := d.message.(*gen.Announce)
	switch {
	case d.source == m.me || announces && m.meeting.hasAnnounced(announce.Number):
		if announces {
			m.meeting.metMyself(announce.Number)
		}
	case m.life.serving() && m.me.Supersedes(d.source):
		m.notify(d.source, update{identity: m.me, incarnation: m.incarnation}, true, false)
		m.emit(Event{Kind: "rival", Member: d.source})
	case m.life.serving() && announces:
		m.meeting.refuse(d.source, announce.Number, gen.Reason_REASON_CONFLICT)
	}
}

// enterConflict: another process has won our key (section 12).
func (m *Member) enterConflict(rival Identity) {
	m.prober.clear()
	clear(m.meeting.requests)
	m.sync.restart()
	clear(m.timers)
	m.life, m.rival, m.conflictPause = conflicting, rival, m.longestSuspicion()
	m.silentRounds, m.answered = 0, true
	m.emit(Event{Kind: "conflict", Member: rival})
	m.armConflict()
}

func (m *Member) armConflict() {
	m.timers[conflictTimer] = m.now + m.conflictPause + time.Duration(m.rng.Int64N(int64(m.conflictPause)))
	m.conflictPause = min(m.conflictPause*2, longestPause)
}

func (m *Member) conflictDue() {
	if m.silentRounds++; m.answered {
		m.silentRounds = 0
	}
	m.answered = false
	if m.silentRounds >= silentRounds {
		m.renewPast(m.rival)
		return
	}
	if m.rival.Addr != m.me.Addr {
		m.meeting.announceTo(m.rival.Addr)
	}
	for _, h := range m.sample(2, func(h *held) bool { return h.identity.Addr != m.rival.Addr }) {
		m.meeting.announceTo(h.identity.Addr)
	}
	m.armConflict()
}

// conflictAnswered: an answer came; won says that nobody there knows the rival.
func (m *Member) conflictAnswered(won bool) {
	m.answered = true
	if won {
		m.renewPast(m.rival)
	}
}

func (m *Member) hearInConflict(d *datagram) {
	switch body := d.message.(type) {
	case *gen.Challenge:
		m.meeting.hearChallenge(d.source, uint16(body.Number), body.Cookie)
	case *gen.Feed:
		if m.meeting.hasAnnounced(body.Number) {
			m.conflictAnswered(true)
		}
	}
}

func (m *Member) hearAboutMeInConflict(u update) {
	m.answered = true
	if u.identity != m.rival && u.identity.Supersedes(m.rival) {
		m.rival = u.identity
	}
	if !u.state.active() {
		m.renewPast(m.rival)
	}
}
