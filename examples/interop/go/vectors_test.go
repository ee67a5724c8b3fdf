package member

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

func vectors(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "proto", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

type good struct {
	Name, Hex       string
	Packet          json.RawMessage
	KnownMessage    bool `json:"known_message"`
	Sections        int
	UnknownSections int `json:"unknown_sections"`
	Canonical       bool
}

func TestGoodDatagramsAreRead(t *testing.T) {
	var all []good
	vectors(t, "good.json", &all)
	if len(all) < 60 {
		t.Fatalf("%d vectors", len(all))
	}
	for _, vector := range all {
		t.Run(vector.Name, func(t *testing.T) { checkGood(t, vector) })
	}
}

func checkGood(t *testing.T, vector good) {
	data := unhex(t, vector.Hex)
	d, err := decode(data)
	if err != nil {
		t.Fatal(err)
	}
	packet, told := &gen.Packet{}, &gen.Packet{}
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(data, packet); err != nil {
		t.Fatal(err)
	}
	if err := protojson.Unmarshal(vector.Packet, told); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(packet, told) {
		t.Errorf("it is %v, not %v", packet, told)
	}
	if d.header.Version != version {
		return
	}
	if (d.message != nil) != vector.KnownMessage {
		t.Errorf("its message is %v", d.message)
	}
	sections := len(d.updates) + len(d.manifests) + len(d.records) + len(d.userEvents) + len(d.topics)
	if d.message != nil && (sections+len(packet.Customs) != vector.Sections || d.unknown != vector.UnknownSections) {
		t.Errorf("it has %d sections, and %d that are not known", sections, d.unknown)
	}
	if vector.Canonical && vector.KnownMessage && vector.UnknownSections == 0 {
		if again := hex.EncodeToString(encode(packet.Header, sectionsOf(packet))); again != vector.Hex {
			t.Errorf("written again it is %s", again)
		}
	}
}

func sectionsOf(packet *gen.Packet) []proto.Message {
	var sections []proto.Message
	for _, section := range packet.Updates {
		sections = append(sections, section)
	}
	for _, section := range packet.Manifests {
		sections = append(sections, section)
	}
	for _, section := range packet.Records {
		sections = append(sections, section)
	}
	for _, section := range packet.UserEvents {
		sections = append(sections, section)
	}
	for _, section := range packet.Topics {
		sections = append(sections, section)
	}
	for _, section := range packet.Customs {
		sections = append(sections, section)
	}
	return sections
}

func TestBadDatagramsAreRefused(t *testing.T) {
	var all []struct{ Name, Hex, Reason string }
	vectors(t, "refused.json", &all)
	for _, vector := range all {
		if _, err := decode(unhex(t, vector.Hex)); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, expected: %s", vector.Name, err, vector.Reason)
		}
	}
}

type printed struct{ Canonical, Fingerprint string }

type namedVector struct {
	Name, Address string
	Epoch         json.Number
	Incarnation   uint32
	Key, Identity printed
	Dst           uint32
	MemberValue   string `json:"member_value_at_7"`
}

func (v namedVector) identity(t *testing.T) Identity {
	t.Helper()
	epoch, err := strconv.ParseUint(v.Epoch.String(), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return Identity{v.Name, netip.MustParseAddrPort(v.Address), epoch}
}

func wide(value uint64) string { return fmt.Sprintf("%016x", value) }

func number(t *testing.T, text string) uint64 {
	t.Helper()
	value, err := strconv.ParseUint(text, 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestFingerprints(t *testing.T) {
	var all struct {
		Fin []struct{ Of, Is string }
		Mix []struct {
			Of []string
			Is string
		}
		Labels []struct{ Label, Hash string }
		Named  []struct {
			Name, Address, Epoch string
			Key, Identity        printed
			Dst                  uint32
			MemberValue          string `json:"member_value_at_7"`
		}
		Serial []struct {
			A, B  string
			Newer bool
		} `json:"serial_newer"`
	}
	vectors(t, "fingerprints.json", &all)
	for _, v := range all.Fin {
		expect(t, wide(Fin(number(t, v.Of))), v.Is)
	}
	for _, v := range all.Mix {
		var values []uint64
		for _, text := range v.Of {
			values = append(values, number(t, text))
		}
		expect(t, wide(Mix(values...)), v.Is)
	}
	for _, v := range all.Labels {
		expect(t, fmt.Sprintf("%08x", LabelHash(v.Label)), v.Hash)
	}
	for _, v := range all.Named {
		identity := namedVector{Name: v.Name, Address: v.Address, Epoch: json.Number(v.Epoch)}.identity(t)
		expect(t, wide(identity.KeyPrint()), v.Key.Fingerprint)
		expect(t, wide(identity.Print()), v.Identity.Fingerprint)
		expect(t, uint32(identity.KeyPrint()), v.Dst)
		expect(t, wide(Mix(identity.KeyPrint(), identity.Print(), 7)), v.MemberValue)
	}
	for _, v := range all.Serial {
		expect(t, Newer(number(t, v.A), number(t, v.B)), v.Newer)
	}
}

func TestOrders(t *testing.T) {
	type life struct{ Address, Epoch string }
	var all struct {
		Supersedes []struct {
			A, B       life
			Supersedes bool
			Renewed    string `json:"renewed_epoch"`
		}
	}
	vectors(t, "fingerprints.json", &all)
	of := func(l life) Identity {
		return namedVector{Name: "a", Address: l.Address, Epoch: json.Number(l.Epoch)}.identity(t)
	}
	for _, v := range all.Supersedes {
		expect(t, of(v.A).Supersedes(of(v.B)), v.Supersedes)
		expect(t, strconv.FormatUint(of(v.A).Renew(of(v.B)).Epoch, 10), v.Renewed)
	}
}

func TestTheDigest(t *testing.T) {
	var all struct {
		Digest struct {
			Members    []namedVector
			Root, Salt string
			Salted     []string
		}
	}
	vectors(t, "fingerprints.json", &all)
	digest := &Digest{}
	for _, v := range all.Digest.Members {
		identity := v.identity(t)
		digest.Toggle(identity.KeyPrint(), Mix(identity.KeyPrint(), identity.Print(), uint64(v.Incarnation)))
	}
	expect(t, wide(digest.Root()), all.Digest.Root)
	for at, leaf := range digest.Salted(number(t, all.Digest.Salt)) {
		expect(t, fmt.Sprintf("%08x", leaf), all.Digest.Salted[at])
	}
}

func expect[T comparable](t *testing.T, found, expected T) {
	t.Helper()
	if found != expected {
		t.Errorf("found %v, expected %v", found, expected)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0x0a, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := decode(data); err != nil && !errors.Is(err, ErrRefused) {
			t.Error(err)
		}
	})
}

type outcome struct {
	Hex             string
	Read            bool
	Source          string
	Kind            int
	Sections        int
	UnknownSections int `json:"unknown_sections"`
}

func TestMutatedDatagramsBecomeTheSameInEveryLanguage(t *testing.T) {
	var all []outcome
	vectors(t, "mutated.json", &all)
	if len(all) < 1_000 {
		t.Fatalf("%d vectors", len(all))
	}
	for _, vector := range all {
		data := unhex(t, vector.Hex)
		found := outcome{Hex: vector.Hex}
		if d, err := decode(data); err == nil {
			found.Read, found.Source, found.UnknownSections = true, wide(d.source.Print()), d.unknown
			found.Sections = len(d.updates) + len(d.manifests) + len(d.records) + len(d.userEvents) + len(d.topics)
			if d.message != nil && d.header.Version == version {
				packet := &gen.Packet{}
				if err := proto.Unmarshal(data, packet); err != nil {
					t.Fatal(err)
				}
				found.Sections += len(packet.Customs)
				header := d.header.ProtoReflect()
				said := header.WhichOneof(header.Descriptor().Oneofs().ByName("message"))
				found.Kind = int(said.Number()) - 7
			}
		}
		expect(t, found, vector)
	}
}
