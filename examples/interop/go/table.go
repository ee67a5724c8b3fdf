package member

import (
	"math"
	"time"
)

const confirmations = 3

// suspicion is who suspects a member, and since when.
type suspicion struct {
	by      []string
	started time.Duration
}

// deadline is when it is over, in a cluster of n members (section 9).
func (s *suspicion) deadline(settings *Settings, n int) time.Duration {
	shortest := shortestSuspicion(settings, n)
	if n < confirmations+2 {
		return s.started + shortest
	}
	longest := time.Duration(settings.Beta) * shortest
	confirmed := min(max(len(s.by)-1, 0), confirmations)
	fall := math.Log(float64(confirmed+1)) / math.Log(confirmations+1)
	return s.started + max(shortest, longest-time.Duration(float64(longest-shortest)*fall))
}

func shortestSuspicion(settings *Settings, n int) time.Duration {
	scale := max(1, math.Log10(float64(n)))
	return time.Duration(float64(settings.ProbeInterval) * float64(settings.Alpha) * scale)
}

// held is what is held of one member.
type held struct {
	identity    Identity
	incarnation uint32
	state       State
	suspicion   *suspicion
	departed    time.Duration
}

func (h *held) update() update {
	u := update{identity: h.identity, incarnation: h.incarnation, state: h.state}
	if h.suspicion != nil {
		u.by = h.suspicion.by
	}
	return u
}

// alive is the member as feeds and pages tell it.
func (h *held) alive() update { return update{identity: h.identity, incarnation: h.incarnation} }

type change int

const (
	keep change = iota
	setAlive
	setSuspect
	confirm
	depart
	turnLeft
	raise
	replace
)

type answer int

const (
	nothing answer = iota
	notify
	correct
)

// decide is the merge table (section 4).
func decide(h *held, identity Identity, incarnation uint32, state State) (change, answer) {
	if h.identity != identity {
		switch {
		case identity.Supersedes(h.identity):
			return replace, nothing
		case state.active():
			return keep, correct
		}
		return keep, nothing
	}
	newer, older := incarnation > h.incarnation, incarnation < h.incarnation
	switch {
	case h.state.active() && state == Alive && newer:
		return setAlive, nothing
	case h.state.active() && state == Alive:
		return keep, nothing
	case h.state.active() && state == Suspect && (newer || !older && h.state == Alive):
		return setSuspect, nothing
	case h.state.active() && state == Suspect && !older:
		return confirm, nothing
	case h.state.active() && state == Suspect:
		return keep, nothing
	case h.state.active() && older:
		return keep, notify
	case h.state.active():
		return depart, nothing
	case state.active() && h.state == Down:
		return keep, notify
	case state.active():
		return keep, correct
	case state == h.state:
		return raise, nothing
	case state == Left:
		return turnLeft, nothing
	}
	return keep, correct
}
