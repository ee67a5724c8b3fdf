package member

import "net/netip"

// Event is what the user should know. Kind says which of the other fields are set:
//
//	up, suspected, refuted, down, left, rejoined, conflict, rival   Member
//	renewed                                                         Member, Old
//	active, idle, synced                                            none
//	seed                                                            Route, Outcome
//	published                                                       Owner, Topic, Key, Value
//	withdrawn                                                       Owner, Topic, Key
//	user_event                                                      Owner, Topic, Time, Value
type Event struct {
	Kind        string
	Member, Old Identity
	Route       netip.AddrPort
	Outcome     string
	Owner       string
	Topic       uint32
	Key, Value  []byte
	Time        uint64
}
