package member

import "encoding/binary"

// Leaves is how many leaves a plane has.
const Leaves = 256

// Fin is the finaliser of splitmix64.
func Fin(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Mix folds numbers into one.
func Mix(values ...uint64) uint64 {
	var h uint64
	for _, value := range values {
		h = Fin(h ^ value)
	}
	return h
}

// Fingerprint is FNV-1a of canonical bytes, closed by Fin.
func Fingerprint(canonical []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, b := range canonical {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	return Fin(h)
}

// appendBytes appends the canonical form of a byte string: its length in 32 bits, and its bytes.
func appendBytes(to, value []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(to, uint32(len(value))), value...)
}

func bytesPrint(value []byte) uint64 { return Fingerprint(appendBytes(nil, value)) }

// TextPrint is the fingerprint of a text.
func TextPrint(text string) uint64 { return bytesPrint([]byte(text)) }

// LabelHash is the number by which the members of a labelled cluster know each other.
func LabelHash(label string) uint32 {
	if hash := uint32(TextPrint(label)); hash != 0 {
		return hash
	}
	return 1
}

// Newer says whether serial number a is newer than b (RFC 1982; at half the range the larger).
func Newer(a, b uint64) bool {
	const half = 1 << 63
	ahead := a - b
	return ahead != 0 && (ahead < half || ahead == half && a > b)
}

func salted(value, salt uint64) uint32 { return uint32(Fin(value ^ salt)) }

// Digest is 256 leaves of XOR over the values of entries.
type Digest [Leaves]uint64

// Toggle adds an entry, or takes it out again.
func (d *Digest) Toggle(key, value uint64) { d[key>>56] ^= value }

// Root is what two digests are compared by first.
func (d *Digest) Root() uint64 {
	var root uint64
	for number, leaf := range d {
		root ^= Mix(leaf, uint64(number))
	}
	return root
}

// Salted gives the leaves as they are compared.
func (d *Digest) Salted(salt uint64) []uint32 {
	leaves := make([]uint32, Leaves)
	for number, leaf := range d {
		leaves[number] = salted(leaf, salt)
	}
	return leaves
}
