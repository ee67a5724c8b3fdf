package member

import "time"

// Settings are those of section 17 of the specification.
type Settings struct {
	ProbeInterval, ProbeTimeout           time.Duration
	Helpers                               int
	Alpha, Beta                           int
	GossipInterval                        time.Duration
	Fanout, Retransmit                    int
	AnnounceInterval, JoinTimeout         time.Duration
	ForgetAfter                           time.Duration
	SyncShortest, SyncLongest             time.Duration
	Members, Departed, Relays             int
	Notices, Unasked                      float64
	Challenges, Refusals                  float64
	AnswersPerSecond, AnswersPerPeer      float64
	RecordsPerOwner, Records              int
	Value, RecordKey, Origins, UserEvents int
}

// Lan is for one data centre.
func Lan() Settings {
	return Settings{
		ProbeInterval: time.Second, ProbeTimeout: 500 * time.Millisecond, Helpers: 3, Alpha: 3, Beta: 6,
		GossipInterval: 200 * time.Millisecond, Fanout: 3, Retransmit: 4,
		AnnounceInterval: 10 * time.Second, JoinTimeout: 5 * time.Second, ForgetAfter: 24 * time.Hour,
		SyncShortest: 250 * time.Millisecond, SyncLongest: 30 * time.Second,
		Members: 65_536, Departed: 8_192, Relays: 64, Notices: 32, Unasked: 4,
		Challenges: 1_024, Refusals: 8,
		AnswersPerSecond: 2_048, AnswersPerPeer: 256,
		RecordsPerOwner: 64, Records: 65_536, Value: 1_024, RecordKey: 64, Origins: 4_096, UserEvents: 4_096,
	}
}

// Wan is for several regions.
func Wan() Settings {
	s := Lan()
	s.ProbeInterval, s.ProbeTimeout, s.Alpha = 5*time.Second, 3*time.Second, 6
	s.GossipInterval, s.Fanout = 500*time.Millisecond, 4
	s.AnnounceInterval, s.JoinTimeout, s.SyncLongest = 30*time.Second, 15*time.Second, time.Minute
	return s
}

// Local is for one machine.
func Local() Settings {
	s := Lan()
	s.ProbeTimeout, s.Helpers, s.GossipInterval = 200*time.Millisecond, 1, 100*time.Millisecond
	s.AnnounceInterval, s.JoinTimeout, s.SyncLongest = 5*time.Second, 2*time.Second, 15*time.Second
	return s
}
