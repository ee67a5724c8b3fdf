package member

import (
	"bytes"
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

const (
	tombstones = 16
	flight     = 64
	leap       = 1 << 20
	small      = 256
	silence    = time.Minute
	window     = 64
	lives      = 4
)

// Errors of Put, Remove and SendEvent; nothing was changed.
var (
	ErrTooLong  = errors.New("a key has at most 64 bytes, a value 1,024")
	ErrTooMany  = errors.New("a member has at most 64 records")
	ErrInFlight = errors.New("64 user events are being told")
)

// item is a record; a tombstone has a nil value.
type item struct {
	version uint64
	removed bool
	value   []byte
}

// compare orders those of one life.
func (i item) compare(other item) int {
	tombstone := func(removed bool) int {
		if removed {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(i.version, other.version),
		cmp.Compare(tombstone(i.removed), tombstone(other.removed)), bytes.Compare(i.value, other.value))
}

type place struct {
	topic uint32
	key   string
}

// owner is a manifest, and the records under it.
type owner struct {
	identity Identity
	life     uint32
	floor    uint64
	shown    bool
	items    map[place]item
}

type moment struct {
	message *gen.UserEvent
	expires time.Duration
	ends    bool
}

type seen struct {
	life       uint32
	top, known uint64
}

type origin struct {
	windows []seen
	heard   time.Duration
}

// entry is one of a plane: where it is, its value, and the section that says it.
type entry struct {
	at      position
	value   uint64
	section func() proto.Message
}

// registry is what members publish (sections 14 and 15).
type registry struct {
	me         Identity
	settings   *Settings
	life       uint32
	eventLife  uint32 // The same, until somebody forges an event in it.
	rng        *rand.Rand
	owners     map[string]*owner
	clock      uint64
	news       *news
	counter    uint64
	seq        uint64
	collecting uint64
	moments    map[piece]moment
	origins    map[string]*origin
	active     func(name string) (Identity, bool)
	emit       func(Event)
}

func newRegistry(me Identity, settings *Settings, rng *rand.Rand,
	active func(string) (Identity, bool), emit func(Event)) *registry {
	life := rng.Uint32()
	return &registry{me: me, settings: settings, life: life, eventLife: life, rng: rng, owners: map[string]*owner{}, news: newNews(),
		moments: map[piece]moment{}, origins: map[string]*origin{}, active: active, emit: emit}
}

func (r *registry) put(topic uint32, key, value []byte) error {
	if len(key) > r.settings.RecordKey || len(value) > r.settings.Value {
		return ErrTooLong
	}
	own, at := r.publish(), place{topic, string(key)}
	held, known := own.items[at]
	if known && !held.removed && bytes.Equal(held.value, value) {
		return nil
	}
	if !known && len(own.items) >= r.settings.RecordsPerOwner {
		if own.removed() == 0 {
			return ErrTooMany
		}
		r.putAbove(own, r.counter)
	}
	r.set(own, at, item{value: bytes.Clone(value)})
	r.emit(Event{Kind: "published", Owner: r.me.Name, Topic: topic, Key: key, Value: value})
	return nil
}

func (o *owner) removed() int {
	count := 0
	for _, item := range o.items {
		if item.removed {
			count++
		}
	}
	return count
}

func (r *registry) remove(topic uint32, key []byte) bool {
	own, at := r.owners[r.me.Name], place{topic, string(key)}
	if own == nil {
		return false
	}
	if held, known := own.items[at]; !known || held.removed {
		return false
	}
	r.set(own, at, item{removed: true})
	r.emit(Event{Kind: "withdrawn", Owner: r.me.Name, Topic: topic, Key: key})
	if r.collecting == 0 && own.removed() > tombstones {
		r.collecting = r.counter
		r.raiseAll(own, false)
	}
	return true
}

func (r *registry) send(now time.Duration, topic uint32, payload []byte, ttl time.Duration) error {
	if len(payload) > r.settings.Value {
		return ErrTooLong
	}
	inFlight := 0
	for p := range r.moments {
		if p.name == r.me.Name {
			inFlight++
		}
	}
	if inFlight >= flight {
		return ErrInFlight
	}
	r.seq++
	r.clock++
	message := &gen.UserEvent{Origin: keyNode(r.me.Name), Topic: topic, Life: r.eventLife, Seq: r.seq, Time: r.clock,
		Payload: bytes.Clone(payload)}
	r.emit(Event{Kind: "user_event", Owner: r.me.Name, Topic: topic, Time: r.clock, Value: payload})
	r.tell(message, moment{message, now + ttl, ttl > 0})
	return nil
}

func (r *registry) tell(message *gen.UserEvent, m moment) {
	p := piece{kind: eventPiece, name: message.Origin.Name, life: message.Life, seq: message.Seq}
	r.moments[p] = m
	r.news.queue(p)
}

// hearManifest is true if we have to renew: another process has our identity.
func (r *registry) hearManifest(m manifest, relays bool) bool {
	name, message := m.identity.Name, m.message
	if name == r.me.Name {
		return r.hearOwnManifest(m)
	}
	if active, ok := r.active(name); !ok || active != m.identity {
		return false
	}
	o := r.owners[name]
	switch {
	case o == nil:
		r.owners[name] = &owner{m.identity, message.Life, message.Floor, true, map[place]item{}}
	case o.identity == m.identity &&
		cmp.Or(cmp.Compare(message.Floor, o.floor), cmp.Compare(message.Life, o.life)) <= 0:
		return false
	default:
		r.takeManifest(o, m)
	}
	if relays {
		r.news.queue(piece{kind: manifestPiece, name: name})
	}
	return false
}

func (r *registry) takeManifest(o *owner, m manifest) {
	for at, held := range o.items {
		if o.life == m.message.Life && held.version >= m.message.Floor {
			continue
		}
		delete(o.items, at)
		r.news.drop(recordOf(m.identity.Name, at))
		if o.shown && !held.removed {
			r.emit(Event{Kind: "withdrawn", Owner: m.identity.Name, Topic: at.topic, Key: []byte(at.key)})
		}
	}
	o.identity, o.life, o.floor = m.identity, m.message.Life, m.message.Floor
	if !o.shown {
		r.show(o)
	}
}

func (r *registry) show(o *owner) {
	o.shown = true
	for at, held := range o.items {
		if !held.removed {
			r.emit(Event{Kind: "published", Owner: o.identity.Name, Topic: at.topic, Key: []byte(at.key), Value: held.value})
		}
	}
}

func recordOf(name string, at place) piece {
	return piece{kind: recordPiece, name: name, topic: at.topic, key: at.key}
}

func (r *registry) hearRecord(message *gen.Record, relays bool) {
	name, at := message.Owner.Name, place{message.Topic, string(message.Key)}
	if len(message.Key) > r.settings.RecordKey || len(message.Value) > r.settings.Value {
		return
	}
	theirs := item{message.Version, message.Value == nil, message.Value}
	if name == r.me.Name {
		r.hearOwnRecord(message, at, theirs)
		return
	}
	o := r.owners[name]
	if o == nil || !o.shown || o.life != message.Life || message.Version < o.floor {
		return
	}
	held, known := o.items[at]
	if known && held.compare(theirs) >= 0 || !known && !r.hasRoom(o) {
		return
	}
	o.items[at] = theirs
	if relays {
		r.news.queue(recordOf(name, at))
	}
	if !theirs.removed {
		r.emit(Event{Kind: "published", Owner: name, Topic: at.topic, Key: message.Key, Value: message.Value})
	} else if known && !held.removed {
		r.emit(Event{Kind: "withdrawn", Owner: name, Topic: at.topic, Key: message.Key})
	}
}

func (r *registry) hasRoom(o *owner) bool {
	count := 0
	for _, other := range r.owners {
		count += len(other.items)
	}
	return len(o.items) < r.settings.RecordsPerOwner && count < r.settings.Records
}

func (r *registry) hearEvent(now time.Duration, message *gen.UserEvent) {
	over := message.Ttl != nil && *message.Ttl == 0
	if over || len(message.Payload) > r.settings.Value {
		return
	}
	if message.Origin.Name == r.me.Name {
		if message.Life == r.eventLife && message.Seq > r.seq {
			// It was forged: others take ours for old ones now.
			r.eventLife, r.seq = r.rng.Uint32(), 0
		}
		return
	}
	if !r.note(now, message) {
		return
	}
	if message.Time <= r.clock+leap {
		r.clock = max(r.clock, message.Time)
	}
	r.emit(Event{Kind: "user_event", Owner: message.Origin.Name, Topic: message.Topic, Time: message.Time,
		Value: message.Payload})
	if len(r.moments) >= r.settings.UserEvents {
		return
	}
	ttl := time.Duration(message.GetTtl()) * time.Millisecond
	r.tell(message, moment{message, now + ttl, message.Ttl != nil})
}

func (r *registry) hearClock(clock uint64) {
	if r.clock == 0 || clock <= r.clock+leap {
		r.clock = min(max(r.clock, clock), 1<<63-1)
	}
}

// note is false for an event that is known, too old to say, or for which there is no room.
func (r *registry) note(now time.Duration, message *gen.UserEvent) bool {
	o := r.origins[message.Origin.Name]
	if o == nil {
		if len(r.origins) >= r.settings.Origins && !r.forgetSilent(now) {
			return false
		}
		o = &origin{}
		r.origins[message.Origin.Name] = o
	}
	o.heard = now
	at := slices.IndexFunc(o.windows, func(w seen) bool { return w.life == message.Life })
	if at < 0 {
		o.windows = append([]seen{{message.Life, message.Seq, 1}}, o.windows[:min(len(o.windows), lives-1)]...)
		return true
	}
	// The life heard last comes first.
	heard := o.windows[at]
	o.windows = slices.Insert(slices.Delete(o.windows, at, at+1), 0, heard)
	w := &o.windows[0]
	if message.Seq > w.top {
		w.known = w.known<<(message.Seq-w.top) | 1
		w.top = message.Seq
		return true
	}
	bit := uint64(1) << (w.top - message.Seq)
	isNew := w.top-message.Seq < window && w.known&bit == 0
	w.known |= bit
	return isNew
}

func (r *registry) forgetSilent(now time.Duration) bool {
	for name, o := range r.origins {
		if now-o.heard >= silence {
			delete(r.origins, name)
			return true
		}
	}
	return false
}

// appeared shows what a member has published under the identity under which it is active.
func (r *registry) appeared(identity Identity) {
	if o := r.owners[identity.Name]; o != nil && o.identity == identity && !o.shown {
		r.show(o)
	}
}

// concealed hides what a member has published: it is gone, or goes on under another identity.
func (r *registry) concealed(name string) {
	if o := r.owners[name]; o != nil {
		o.shown = false
		r.news.drop(piece{kind: manifestPiece, name: name})
		for at := range o.items {
			r.news.drop(recordOf(name, at))
		}
	}
}

func (r *registry) forgotten(name string) {
	r.concealed(name)
	delete(r.owners, name)
}

func (r *registry) renewed(me Identity) {
	r.me = me
	if own := r.owners[me.Name]; own != nil {
		own.identity = me
		r.news.queue(piece{kind: manifestPiece, name: me.Name})
	}
}

func (r *registry) publish() *owner {
	own := r.owners[r.me.Name]
	if own == nil {
		own = &owner{r.me, r.life, 0, true, map[place]item{}}
		r.owners[r.me.Name] = own
		r.news.queue(piece{kind: manifestPiece, name: r.me.Name})
	}
	return own
}

func (r *registry) set(own *owner, at place, i item) {
	r.counter++
	i.version = r.counter
	own.items[at] = i
	r.news.queue(recordOf(r.me.Name, at))
}

func (r *registry) raiseAll(own *owner, withTombstones bool) {
	for at, held := range own.items {
		if withTombstones || !held.removed {
			r.set(own, at, held)
		}
	}
}

// putAbove puts the live records above a version, and lets the floor follow at once.
func (r *registry) putAbove(own *owner, last uint64) {
	r.raiseAll(own, false)
	r.raiseFloor(own, last)
}

func (r *registry) raiseFloor(own *owner, last uint64) {
	r.collecting = 0
	r.counter = max(r.counter, last+1)
	own.floor = last + 1
	for at, held := range own.items {
		if held.version <= last {
			delete(own.items, at)
			r.news.drop(recordOf(r.me.Name, at))
		}
	}
	r.news.queue(piece{kind: manifestPiece, name: r.me.Name})
}

func (r *registry) hearOwnRecord(message *gen.Record, at place, theirs item) {
	own := r.publish()
	if message.Life != r.life {
		r.news.queue(piece{kind: manifestPiece, name: r.me.Name})
		return
	}
	held, known := own.items[at]
	if message.Version < own.floor || known && held.compare(theirs) >= 0 {
		return
	}
	r.counter = max(r.counter, message.Version)
	switch {
	case known:
		r.set(own, at, held)
	case len(own.items) >= r.settings.RecordsPerOwner:
		r.putAbove(own, r.counter)
	default:
		r.set(own, at, item{removed: true})
	}
}

func (r *registry) hearOwnManifest(m manifest) bool {
	if m.identity != r.me {
		return false
	}
	if m.message.Life != r.life {
		return true
	}
	if own := r.publish(); m.message.Floor > own.floor {
		r.counter = max(r.counter, m.message.Floor) + 1
		own.floor = r.counter
		r.raiseAll(own, true)
		r.news.queue(piece{kind: manifestPiece, name: r.me.Name})
	}
	return false
}
