package member

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"
	"unicode"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

// EpochOrigin is 2026-01-01 00:00 UTC, in seconds of Unix time.
const EpochOrigin = 1_767_225_600

const (
	maxName = 64
	maxNode = 128
)

// ErrRefused is wrapped by every error about bytes that are no datagram, or that say what the specification
// does not allow.
var ErrRefused = errors.New("refused")

func refused(format string, arguments ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrRefused}, arguments...)...)
}

// Identity is one life-span of a name: the name is the key, the address the route.
type Identity struct {
	Name  string
	Addr  netip.AddrPort
	Epoch uint64
}

// EpochNow is the epoch of the clock.
func EpochNow() uint64 { return uint64(max(0, time.Now().Unix()-EpochOrigin)) }

// KeyPrint is the fingerprint of the key.
func (i Identity) KeyPrint() uint64 { return TextPrint(i.Name) }

// Print is the fingerprint of all of it.
func (i Identity) Print() uint64 {
	canonical := append(appendBytes(nil, []byte(i.Name)), i.address()...)
	return Fingerprint(binary.LittleEndian.AppendUint64(canonical, i.Epoch))
}

func (i Identity) address() []byte {
	return binary.LittleEndian.AppendUint16(appendBytes(nil, i.Addr.Addr().AsSlice()), i.Addr.Port())
}

// Supersedes says whether it replaces another identity of its key.
func (i Identity) Supersedes(other Identity) bool {
	if i.Epoch != other.Epoch {
		return Newer(i.Epoch, other.Epoch)
	}
	return bytes.Compare(i.address(), other.address()) > 0
}

// Renew gives a newer life-span, over a rival's.
func (i Identity) Renew(rival Identity) Identity {
	later := rival.Epoch
	if Newer(i.Epoch, rival.Epoch) {
		later = i.Epoch
	}
	if i.Epoch = later + 1; !Newer(i.Epoch, rival.Epoch) {
		i.Epoch = rival.Epoch + 1
	}
	return i
}

func (i Identity) String() string { return fmt.Sprintf("%s@%s#%d", i.Name, i.Addr, i.Epoch) }

func (i Identity) node() *gen.Node {
	node := i.routeNode()
	node.Epoch, node.Name = i.Epoch, i.Name
	return node
}

func (i Identity) routeNode() *gen.Node {
	return &gen.Node{Ip: i.Addr.Addr().AsSlice(), Port: uint32(i.Addr.Port())}
}

func keyNode(name string) *gen.Node { return &gen.Node{Name: name} }

func identityOf(node *gen.Node) (Identity, error) {
	addr, err := addrOf(node)
	if err != nil {
		return Identity{}, err
	}
	return Identity{node.Name, addr, node.Epoch}, CheckName(node.Name)
}

func keyOf(node *gen.Node) (string, error) {
	if proto.Size(node) > maxNode || len(node.Ip) > 0 || node.Port != 0 || node.Epoch != 0 {
		return "", refused("a key is a name and nothing else")
	}
	return node.Name, CheckName(node.Name)
}

func routeOf(node *gen.Node) (netip.AddrPort, error) {
	if node.Name != "" || node.Epoch != 0 {
		return netip.AddrPort{}, refused("a route is an address and nothing else")
	}
	return addrOf(node)
}

func addrOf(node *gen.Node) (netip.AddrPort, error) {
	ip, ok := netip.AddrFromSlice(node.Ip)
	switch {
	case proto.Size(node) > maxNode:
		return netip.AddrPort{}, refused("an identity, key or route has at most 128 bytes")
	case !ok:
		return netip.AddrPort{}, refused("an ip has 4 or 16 bytes")
	case node.Port > 0xffff:
		return netip.AddrPort{}, refused("a port is at most 65,535")
	}
	return netip.AddrPortFrom(ip, uint16(node.Port)), nil
}

// CheckName says whether members may have a name.
func CheckName(name string) error {
	if len(name) == 0 || len(name) > maxName || !utf8.ValidString(name) {
		return refused("a name has 1 to 64 bytes of UTF-8")
	}
	for _, c := range name {
		if unicode.IsSpace(c) || unicode.IsControl(c) {
			return refused("a name has neither white space nor control characters")
		}
	}
	return nil
}
