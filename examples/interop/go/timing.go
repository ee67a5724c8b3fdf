package member

import "time"

// earliest is the smallest of some times.
type earliest struct {
	at   time.Duration
	some bool
}

func (e *earliest) add(at time.Duration) {
	if !e.some || at < e.at {
		e.at, e.some = at, true
	}
}

func (e *earliest) get() (time.Duration, bool) { return e.at, e.some }

// Deadline is when HandleTimeout is to be called; false while it is dormant.
func (m *Member) Deadline() (time.Duration, bool) {
	if m.life == dormant {
		return 0, false
	}
	e := m.earliest()
	for _, h := range m.table {
		if m.life.serving() && !h.state.active() {
			e.add(h.departed + m.settings.ForgetAfter)
		}
	}
	return e.get()
}

// earliest is the next of the deadlines that lateness is measured by.
func (m *Member) earliest() earliest {
	var e earliest
	for _, at := range m.timers {
		e.add(at)
	}
	if !m.life.serving() {
		return e
	}
	n := len(m.members()) + 1
	for _, h := range m.table {
		if h.suspicion != nil {
			e.add(h.suspicion.deadline(&m.settings, n))
		}
	}
	for _, r := range m.prober.relays {
		e.add(m.prober.due(r))
	}
	if at, some := m.meeting.deadline(); some {
		e.add(at)
	}
	if at, some := m.sync.deadline(); some {
		e.add(at)
	}
	return e
}

// advance takes the time. A deadline that was missed by far means that this process stood still.
func (m *Member) advance(now time.Duration) {
	m.now = max(m.now, now)
	if m.life == dormant {
		return
	}
	if e := m.earliest(); e.some && m.now-e.at > m.settings.ProbeTimeout/2 {
		m.stoodStill(m.now - e.at)
	}
}

func (m *Member) stoodStill(lateness time.Duration) {
	for _, h := range m.table {
		if h.suspicion != nil {
			h.suspicion.started += lateness
		}
	}
	for _, r := range m.prober.relays {
		r.created += lateness
	}
	for _, s := range m.meeting.seeds {
		s.until += lateness
	}
	for timer, at := range m.timers {
		m.timers[timer] = max(at, m.now)
	}
	m.prober.void()
	m.prober.worsen(1)
	if m.life.serving() {
		m.tellOwn()
		if lateness > m.longestSuspicion() {
			m.sync.doubt()
		}
	}
}

func (m *Member) longestSuspicion() time.Duration {
	return time.Duration(m.settings.Beta) * shortestSuspicion(&m.settings, len(m.members())+1)
}

// HandleTimeout serves every deadline that has come.
func (m *Member) HandleTimeout(now time.Duration) {
	m.advance(now)
	for range 1_000 {
		at, some := m.Deadline()
		if !some || at > m.now {
			return
		}
		m.serveTimers()
		if m.life.serving() {
			m.servePlain()
		}
	}
}

func (m *Member) serveTimers() {
	for timer := probeTimer; timer <= conflictTimer; timer++ {
		if at, set := m.timers[timer]; !set || at > m.now {
			continue
		}
		switch timer {
		case probeTimer:
			m.prober.probeDue()
		case probeTimeoutTimer:
			m.prober.timeoutDue()
		case gossipTimer:
			m.gossipDue()
		case announceTimer:
			m.meeting.announceDue()
		case twinTimer:
			m.twinDue()
		case conflictTimer:
			m.conflictDue()
		}
	}
}

func (m *Member) servePlain() {
	m.prober.relaysDue()
	m.meeting.seedsDue()
	if at, some := m.sync.deadline(); some && at <= m.now {
		m.sync.due()
	}
	n := len(m.members()) + 1
	for _, h := range m.all() {
		switch {
		case h.suspicion != nil && h.suspicion.deadline(&m.settings, n) <= m.now:
			m.departed(h, h.incarnation, Down)
			if m.unasked.take(m.now, "") {
				m.sendNotice(h.identity, h.update())
			}
		case !h.state.active() && h.departed+m.settings.ForgetAfter <= m.now:
			m.forget(h)
		}
	}
}

func (m *Member) wake() {
	if m.served && m.life != joining {
		m.become(m.me.Renew(m.me))
		m.sync.restart()
	}
}

// activate: a member from now on.
func (m *Member) activate() {
	if m.life == dormant || m.life == joining {
		m.life, m.served = active, true
		m.armAnnounce()
		m.armProbe()
		m.emit(Event{Kind: "active"})
		m.tellOwn()
	}
}

func (m *Member) armAnnounce() {
	if _, set := m.timers[announceTimer]; !set {
		m.timers[announceTimer] = m.now + time.Duration(m.rng.Int64N(int64(m.settings.AnnounceInterval)))
	}
}

func (m *Member) armProbe() {
	if _, set := m.timers[probeTimer]; !set && m.life.serving() && len(m.members()) > 0 {
		m.timers[probeTimer] = m.now + time.Duration(m.rng.Int64N(int64(m.settings.ProbeInterval)))
	}
}

func (m *Member) armGossip() {
	quiet := m.news.len() == 0 && m.registry.news.len() == 0 && m.ownNews < 0
	if _, set := m.timers[gossipTimer]; !set && !quiet && m.life.serving() {
		m.timers[gossipTimer] = max(m.now, m.lastGossip+m.settings.GossipInterval)
	}
}
