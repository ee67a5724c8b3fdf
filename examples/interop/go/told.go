package member

import (
	"encoding/binary"
	"time"

	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

// ownBacklog says whether something of our own is still to be told.
func (r *registry) ownBacklog() bool {
	for p := range r.news.pieces {
		if p.name == r.me.Name {
			return true
		}
	}
	return false
}

// fill offers what waits: manifests, small pieces, large ones. alone: there is no other member.
func (r *registry) fill(add func(proto.Message) bool, now time.Duration, receiver string, limit int, alone bool) {
	for _, large := range []bool{false, true} {
		for _, p := range r.news.ordered() {
			section := r.section(p, now)
			if section == nil {
				r.over(p)
			} else if large == (proto.Size(section) > small) && r.offer(section, p, receiver, add, alone) &&
				!r.news.sent(p, limit) {
				r.over(p)
			}
		}
	}
	if r.collecting != 0 && !r.ownBacklog() {
		r.raiseFloor(r.owners[r.me.Name], r.collecting)
	}
}

func (r *registry) offer(section proto.Message, p piece, receiver string, add func(proto.Message) bool, alone bool) bool {
	if p.name == receiver {
		return alone
	}
	return add(section)
}

func (r *registry) over(p piece) {
	r.news.drop(p)
	delete(r.moments, p)
}

func (r *registry) section(p piece, now time.Duration) proto.Message {
	switch p.kind {
	case manifestPiece:
		return manifestMessage(r.owners[p.name])
	case recordPiece:
		return recordMessage(r.owners[p.name], place{p.topic, p.key})
	}
	m := r.moments[p]
	message := proto.CloneOf(m.message)
	if m.ends {
		left := (m.expires - now).Milliseconds()
		if left <= 0 {
			return nil
		}
		message.Ttl = proto.Uint32(uint32(left))
	}
	return message
}

func manifestMessage(o *owner) *gen.Manifest {
	return &gen.Manifest{Identity: o.identity.node(), Life: o.life, Floor: o.floor}
}

func recordMessage(o *owner, at place) *gen.Record {
	held := o.items[at]
	message := &gen.Record{Owner: keyNode(o.identity.Name), Topic: at.topic, Key: []byte(at.key), Life: o.life,
		Version: held.version}
	if !held.removed {
		message.Value = append([]byte{}, held.value...)
	}
	return message
}

// entries is the records plane.
func (r *registry) entries() []entry {
	var entries []entry
	for _, o := range r.owners {
		if !o.shown {
			continue
		}
		key := o.identity.KeyPrint()
		entries = append(entries, entry{position{key, 0}, Mix(o.identity.Print(), uint64(o.life), o.floor),
			func() proto.Message { return manifestMessage(o) }})
		for at, held := range o.items {
			canonical := appendBytes(binary.LittleEndian.AppendUint32(nil, at.topic), []byte(at.key))
			var tombstone uint64
			if held.removed {
				tombstone = 1
			}
			value := Mix(key, uint64(at.topic), TextPrint(at.key), uint64(o.life), held.version, tombstone,
				bytesPrint(held.value))
			entries = append(entries, entry{position{key, max(1, Fingerprint(canonical))}, value,
				func() proto.Message { return recordMessage(o, at) }})
		}
	}
	return entries
}
