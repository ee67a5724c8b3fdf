package member

import (
	"cmp"
	"slices"
)

// piece is a piece of news: what is held of a member, or what one published.
type piece struct {
	kind  pieceKind
	name  string
	topic uint32
	key   string
	life  uint32
	seq   uint64
}

type pieceKind int

const (
	updatePiece pieceKind = iota
	manifestPiece
	eventPiece
	recordPiece
)

type telling struct{ told, order int }

// news is what is still to be told, and how often it was (section 10).
type news struct {
	pieces map[piece]telling
	count  int
}

func newNews() *news { return &news{pieces: map[piece]telling{}} }

func (n *news) len() int { return len(n.pieces) }

// queue has it told anew.
func (n *news) queue(p piece) {
	n.count++
	n.pieces[p] = telling{0, -n.count}
}

func (n *news) drop(p piece) { delete(n.pieces, p) }

// sent counts it; false once it was told often enough.
func (n *news) sent(p piece, limit int) bool {
	t := n.pieces[p]
	if t.told++; t.told >= limit {
		delete(n.pieces, p)
		return false
	}
	n.pieces[p] = t
	return true
}

// ordered gives those told least often first, the newest of these first.
func (n *news) ordered() []piece {
	pieces := make([]piece, 0, len(n.pieces))
	for p := range n.pieces {
		pieces = append(pieces, p)
	}
	slices.SortFunc(pieces, func(a, b piece) int {
		x, y := n.pieces[a], n.pieces[b]
		return cmp.Or(cmp.Compare(x.told, y.told), cmp.Compare(x.order, y.order))
	})
	return pieces
}
