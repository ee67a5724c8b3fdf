package member

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"haulout.example/member/gen"
)

// Mutants of the good vectors are made by the recipe of proto/vectors/README.md. HAULOUT_MUTANTS=20000 tries fewer.
const (
	allMutants   = 1_000_000
	mutantsBlock = 1_000
)

// draws is SplitMix64.
type draws uint64

func (d *draws) below(count int) int {
	*d += 0x9e3779b97f4a7c15
	return int(Fin(uint64(*d)) % uint64(count))
}

func mutant(number uint64, intact [][]byte) []byte {
	d := draws(Fin(number))
	data := slices.Clone(intact[d.below(len(intact))])
	for range 1 + d.below(3) {
		if len(data) > 0 {
			data = mutate(data, &d)
		}
	}
	return data
}

func mutate(data []byte, d *draws) []byte {
	at := d.below(len(data))
	switch d.below(6) {
	case 0, 1:
		data[at] ^= 1 << d.below(8)
	case 2:
		data[at] = byte(d.below(256))
	case 3:
		data = slices.Delete(data, at, at+1)
	case 4:
		data = slices.Insert(data, at, byte(d.below(256)))
	default:
		data = append(data, data[at:min(len(data), at+d.below(30))]...)
	}
	return data
}

// outcomeOf appends what becomes of a datagram.
func outcomeOf(t *testing.T, data, outcomes []byte) []byte {
	d, err := decode(data)
	if err != nil {
		return append(outcomes, 0)
	}
	packet := &gen.Packet{}
	if err := proto.Unmarshal(data, packet); err != nil {
		t.Fatal(err)
	}
	kind, unknown := 0, d.unknown
	if d.message != nil && d.header.Version == version {
		header := d.header.ProtoReflect()
		kind = int(header.WhichOneof(header.Descriptor().Oneofs().ByName("message")).Number()) - 7
	}
	form := formOf(d, packet, kind != 0)
	outcomes = append(outcomes, 1, byte(kind))
	outcomes = binary.LittleEndian.AppendUint32(outcomes, uint32(unknown))
	outcomes = binary.LittleEndian.AppendUint32(outcomes, uint32(len(form)))
	return append(outcomes, form...)
}

// formOf gives the canonical bytes of what counts.
func formOf(d *datagram, packet *gen.Packet, known bool) []byte {
	header := d.header
	if header.Highest == header.Version {
		header.Highest = 0
	}
	var sections []proto.Message
	if known {
		settle(d.message)
		packet.Updates = nil
		for _, u := range d.updates {
			packet.Updates = append(packet.Updates, u.message())
		}
		sections = sectionsOf(packet)
	} else {
		header.Message = nil
	}
	whole := &gen.Packet{}
	if err := proto.Unmarshal(encode(header, sections), whole); err != nil {
		panic(err)
	}
	discardUnknown(whole.ProtoReflect())
	return encode(whole.Header, sectionsOf(whole))
}

func discardUnknown(message protoreflect.Message) {
	message.SetUnknown(nil)
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Message() == nil:
		case field.IsList():
			for at := range value.List().Len() {
				discardUnknown(value.List().Get(at).Message())
			}
		default:
			discardUnknown(value.Message())
		}
		return true
	})
}

// settle makes what means the same the same.
func settle(message any) {
	switch message := message.(type) {
	case *gen.Announce:
		clear(message.Padding)
	case *gen.Refused:
		if _, known := gen.Reason_name[int32(message.Reason)]; !known {
			message.Reason = 0
		}
	case *gen.SyncLeaves:
		if len(message.Leaves) == 0 {
			message.Plane, message.Salt = 0, 0
		}
	case *gen.SyncPull:
		message.First, message.Until = settled(message.Plane, message.First), settled(message.Plane, message.Until)
	case *gen.SyncPage:
		message.First = settled(message.Plane, message.First)
		if message.Plane == gen.Plane_PLANE_MEMBERS && message.Next != nil {
			message.Next.Item = 0
		}
	}
}

func settled(plane gen.Plane, position *gen.Position) *gen.Position {
	if position != nil && plane == gen.Plane_PLANE_MEMBERS {
		position.Item = 0
	}
	if position.GetKey() == 0 && position.GetItem() == 0 {
		return nil
	}
	return position
}

func seal(n int) Identity {
	return Identity{fmt.Sprintf("seal-%d", n), netip.MustParseAddrPort(fmt.Sprintf("10.0.0.%d:7946", n)), 28_300_000}
}

// fed is seal-2, fed by seal-1 with seal-3 and seal-9.
func fed(t *testing.T) *Member {
	m := New(seal(2), Lan(), "", rand.New(rand.NewPCG(1, 1)))
	m.Join(time.Second, seal(1).Addr)
	d, err := decode(m.Outbox()[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	feed := &gen.Feed{Number: d.message.(*gen.Announce).Number}
	header := &gen.Header{Version: 1, Source: seal(1).node(), Message: &gen.Header_Feed{Feed: feed}}
	known := []proto.Message{update{identity: seal(3)}.message(), update{identity: seal(9), incarnation: 4}.message()}
	if err := m.HandleDatagram(time.Second, encode(header, known)); err != nil || len(m.table) != 3 {
		t.Fatal(err, len(m.table))
	}
	return m
}

// heldBy says what it holds of itself and of others.
func heldBy(m *Member) []byte {
	view := fmt.Appendf(nil, "%d %d\n", m.me.Epoch, m.incarnation)
	for _, name := range slices.Sorted(maps.Keys(m.table)) {
		h := m.table[name]
		view = fmt.Appendf(view, "%s %d %d %d %d\n", name, h.identity.Addr.Port(), h.identity.Epoch, h.incarnation, h.state)
	}
	return view
}

func TestMutantsBecomeWhatIsWrittenDownAndCrashNobody(t *testing.T) {
	count := allMutants
	if asked, err := strconv.Atoi(os.Getenv("HAULOUT_MUTANTS")); err == nil {
		count = asked
	}
	var all []good
	var written []string
	vectors(t, "good.json", &all)
	vectors(t, "mutants.json", &written)
	var intact [][]byte
	for _, vector := range all {
		intact = append(intact, unhex(t, vector.Hex))
	}
	var held []string
	vectors(t, "held.json", &held)
	m, counted := fed(t), 0
	var outcomes []byte
	refused := 0
	for number := range count {
		data := mutant(uint64(number), intact)
		before := len(outcomes)
		outcomes = outcomeOf(t, data, outcomes)
		if outcomes[before] == 0 {
			refused++
		}
		_ = m.HandleDatagram(time.Second, data)
		if counted+m.Dropped["malformed"] != refused {
			t.Fatalf("mutant %d is refused: %x", number, data)
		}
		m.Outbox()
		m.Events()
		if (number+1)%mutantsBlock == 0 {
			if found := wide(Fingerprint(outcomes)); found != written[number/mutantsBlock] {
				t.Errorf("block %d is %s", number/mutantsBlock, found)
			}
			outcomes = outcomes[:0]
			if found := wide(Fingerprint(heldBy(m))); found != held[number/mutantsBlock] {
				t.Errorf("after block %d it holds %s", number/mutantsBlock, found)
			}
			m, counted = fed(t), refused
		}
	}
	t.Logf("%d mutants: %d read, %d refused", count, count-refused, refused)
}

func TestCutsBecomeWhatIsWrittenDown(t *testing.T) {
	var all []good
	var written []string
	vectors(t, "good.json", &all)
	vectors(t, "cuts.json", &written)
	m, refused := fed(t), 0
	for at, vector := range all {
		data := unhex(t, vector.Hex)
		var outcomes []byte
		for end := range data {
			before := len(outcomes)
			outcomes = outcomeOf(t, data[:end], outcomes)
			if outcomes[before] == 0 {
				refused++
			}
			_ = m.HandleDatagram(time.Second, data[:end])
			m.Outbox()
		}
		expect(t, wide(Fingerprint(outcomes)), written[at])
		expect(t, m.Dropped["malformed"], refused)
	}
}
