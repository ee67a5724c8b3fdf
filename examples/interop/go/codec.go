package member

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

const (
	version       = 1
	maxVersion    = 15
	maxSent       = 1_400
	maxReceived   = 8_192
	maxSuspecters = 4
	maxHave       = 240
)

// State is what a member is held to be.
type State uint8

// The states, as on the wire.
const (
	Alive State = iota
	Suspect
	Down
	Left
)

func (s State) active() bool { return s <= Suspect }

func (s State) String() string { return [...]string{"alive", "suspect", "down", "left"}[s] }

// update is what somebody holds of a member.
type update struct {
	identity    Identity
	incarnation uint32
	state       State
	by          []string
}

func (u update) message() *gen.Update {
	message := &gen.Update{Identity: u.identity.node(), Stamp: uint64(u.incarnation)<<3 | uint64(u.state)}
	if u.state == Suspect {
		for _, name := range u.by {
			message.By = append(message.By, keyNode(name))
		}
	}
	return message
}

// datagram is one that was read. message is nil if it is of an unknown kind.
type datagram struct {
	header     *gen.Header
	source     Identity
	message    any
	updates    []update
	manifests  []manifest
	records    []*gen.Record
	userEvents []*gen.UserEvent
	topics     []*gen.Topic
	unknown    int
}

type manifest struct {
	identity Identity
	message  *gen.Manifest
}

// encode makes a datagram of a header and sections.
func encode(header *gen.Header, sections []proto.Message) []byte {
	packet := &gen.Packet{Header: header}
	for _, section := range sections {
		switch section := section.(type) {
		case *gen.Update:
			packet.Updates = append(packet.Updates, section)
		case *gen.Manifest:
			packet.Manifests = append(packet.Manifests, section)
		case *gen.Record:
			packet.Records = append(packet.Records, section)
		case *gen.UserEvent:
			packet.UserEvents = append(packet.UserEvents, section)
		case *gen.Topic:
			packet.Topics = append(packet.Topics, section)
		case *gen.Custom:
			packet.Customs = append(packet.Customs, section)
		}
	}
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(packet)
	if err != nil {
		panic(err) // Texts were checked when they came in.
	}
	return data
}

// decode reads a datagram whole, and checks it; the error wraps ErrRefused.
func decode(data []byte) (*datagram, error) {
	if len(data) > maxReceived {
		return nil, refused("it is too long")
	}
	if len(data) > 0 && data[0] == 0 {
		return nil, refused("it is sealed")
	}
	packet := &gen.Packet{}
	if err := proto.Unmarshal(data, packet); err != nil {
		return nil, refused("it is not protobuf: %v", err)
	}
	header := packet.Header
	if header == nil || header.Source == nil {
		return nil, refused("it has no header or no source")
	}
	highest := header.Highest
	if highest == 0 {
		highest = header.Version
	}
	if header.Version == 0 || highest < header.Version || highest > maxVersion {
		return nil, refused("it claims version %d of at most %d", header.Version, highest)
	}
	source, err := identityOf(header.Source)
	if err != nil {
		return nil, err
	}
	read := &datagram{header: header, source: source, message: messageOf(header)}
	if header.Version != version || read.message == nil {
		return read, nil
	}
	if err := checkMessage(read.message); err != nil {
		return nil, err
	}
	return read, readSections(packet, read)
}

func messageOf(header *gen.Header) any {
	switch message := header.Message.(type) {
	case *gen.Header_Ping:
		return message.Ping
	case *gen.Header_Ack:
		return message.Ack
	case *gen.Header_Gossip:
		return message.Gossip
	case *gen.Header_PingReq:
		return message.PingReq
	case *gen.Header_ForwardedAck:
		return message.ForwardedAck
	case *gen.Header_Nack:
		return message.Nack
	case *gen.Header_Announce:
		return message.Announce
	case *gen.Header_Challenge:
		return message.Challenge
	case *gen.Header_Feed:
		return message.Feed
	case *gen.Header_Refused:
		return message.Refused
	case *gen.Header_YouAreDown:
		return message.YouAreDown
	case *gen.Header_Sync:
		return message.Sync
	case *gen.Header_SyncLeaves:
		return message.SyncLeaves
	case *gen.Header_SyncPull:
		return message.SyncPull
	case *gen.Header_SyncPage:
		return message.SyncPage
	}
	return nil
}

func checkMessage(message any) error {
	if numbered, ok := message.(interface{ GetNumber() uint32 }); ok && numbered.GetNumber() > 0xffff {
		return refused("a number has 16 bits")
	}
	if planed, ok := message.(interface{ GetPlane() gen.Plane }); ok && uint32(planed.GetPlane()) > 1 {
		return refused("there are two planes")
	}
	switch message := message.(type) {
	case *gen.PingReq:
		return checkPingReq(message)
	case *gen.ForwardedAck:
		if message.Identity == nil {
			return refused("identity is missing")
		}
		_, err := identityOf(message.Identity)
		return err
	case *gen.Announce:
		return checkBytes(message.Flags)
	case *gen.Refused:
		return checkBytes(message.Min, message.Max)
	case *gen.Sync:
		return checkBytes(message.Version)
	case *gen.SyncLeaves:
		if len(message.Leaves) != 0 && len(message.Leaves) != Leaves {
			return refused("a plane has 256 leaves")
		}
	case *gen.SyncPull:
		if len(message.Have) > maxHave {
			return refused("a pull has at most 240 values")
		}
	}
	return nil
}

func checkPingReq(message *gen.PingReq) error {
	if message.Target == nil {
		return refused("target is missing")
	}
	if _, err := keyOf(message.Target); err != nil {
		return err
	}
	if message.Route == nil {
		return nil
	}
	_, err := routeOf(message.Route)
	return err
}

func checkBytes(values ...uint32) error {
	for _, value := range values {
		if value > 0xff {
			return refused("a value is over 255")
		}
	}
	return nil
}

func readSections(packet *gen.Packet, read *datagram) error {
	read.unknown = countFields(packet.ProtoReflect().GetUnknown())
	for _, message := range packet.Updates {
		known, err := readUpdate(message, read)
		if err != nil {
			return err
		}
		if !known {
			read.unknown++
		}
	}
	for _, message := range packet.Manifests {
		if message.Identity == nil {
			return refused("identity is missing")
		}
		identity, err := identityOf(message.Identity)
		if err != nil {
			return err
		}
		read.manifests = append(read.manifests, manifest{identity, message})
	}
	for _, message := range packet.Records {
		if err := checkOwner(message.Owner); err != nil {
			return err
		}
	}
	for _, message := range packet.UserEvents {
		if err := checkOwner(message.Origin); err != nil {
			return err
		}
	}
	read.records, read.userEvents, read.topics = packet.Records, packet.UserEvents, packet.Topics
	return nil
}

func checkOwner(node *gen.Node) error {
	if node == nil {
		return refused("owner or origin is missing")
	}
	_, err := keyOf(node)
	return err
}

// readUpdate is false for a state that is not known.
func readUpdate(message *gen.Update, read *datagram) (bool, error) {
	if message.Identity == nil || len(message.By) > maxSuspecters {
		return false, refused("an update has an identity, and at most four suspecters")
	}
	identity, err := identityOf(message.Identity)
	if err != nil {
		return false, err
	}
	u := update{identity: identity, incarnation: uint32(message.Stamp >> 3), state: State(message.Stamp & 7)}
	if message.Stamp>>3 > 0xffffffff {
		return false, refused("an incarnation has 32 bits")
	}
	for _, node := range message.By {
		key, err := keyOf(node)
		if err != nil {
			return false, err
		}
		if u.state == Suspect && !slices.Contains(u.by, key) {
			u.by = append(u.by, key)
		}
	}
	if u.state > Left {
		return false, nil
	}
	read.updates = append(read.updates, u)
	return true, nil
}

func countFields(unknown []byte) int {
	count := 0
	for len(unknown) > 0 {
		_, _, size := protowire.ConsumeField(unknown)
		if size <= 0 {
			break
		}
		unknown = unknown[size:]
		count++
	}
	return count
}
