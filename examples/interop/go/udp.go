package member

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"
)

// Config says how a Node starts. Name and Bind must be set; an empty Join starts a cluster.
type Config struct {
	Name     string
	Bind     netip.AddrPort
	Join     []netip.AddrPort
	Label    string
	Settings Settings
	// Loss is for tests: the share of datagrams that it drops instead of sending.
	Loss float64
	// LossSeed decides which.
	LossSeed uint64
}

// Node runs a Member on a UDP socket, in one goroutine.
type Node struct {
	conn     *net.UDPConn
	commands chan func(*Member, time.Duration)
	events   chan Event
	done     chan struct{}
	loss     float64
	draws    *rand.Rand
}

// Start binds the socket and starts the member. It runs until it has left, or the context is done.
func Start(ctx context.Context, config Config) (*Node, error) {
	if err := CheckName(config.Name); err != nil {
		return nil, err
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(config.Bind))
	if err != nil {
		return nil, err
	}
	bound := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	bound = netip.AddrPortFrom(bound.Addr().Unmap(), bound.Port())
	me := Identity{config.Name, bound, EpochNow()}
	m := New(me, config.Settings, config.Label, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
	n := &Node{conn, make(chan func(*Member, time.Duration)), make(chan Event, 1_024), make(chan struct{}), config.Loss,
		rand.New(rand.NewPCG(config.LossSeed, 0))}
	go n.run(ctx, m, config.Join)
	return n, nil
}

// Events gives what happens; it is closed when the node has stopped. Read it, or the node waits.
func (n *Node) Events() <-chan Event { return n.events }

// Do runs a command with the member and the time, in the node's goroutine; false if the node has stopped.
func (n *Node) Do(command func(*Member, time.Duration)) bool {
	finished := make(chan struct{})
	select {
	case n.commands <- func(m *Member, now time.Duration) { command(m, now); close(finished) }:
		<-finished
		return true
	case <-n.done:
		return false
	}
}

// Leave leaves the cluster, and waits until that is told.
func (n *Node) Leave() {
	n.Do(func(m *Member, now time.Duration) { m.Leave(now) })
	<-n.done
}

func (n *Node) run(ctx context.Context, m *Member, seeds []netip.AddrPort) {
	defer close(n.done)
	defer close(n.events)
	defer n.conn.Close()
	start := time.Now()
	datagrams := make(chan []byte, 256)
	go n.receive(datagrams)
	for _, seed := range seeds {
		m.Join(time.Since(start), seed)
	}
	if len(seeds) == 0 {
		m.Start(time.Since(start))
	}
	timer := time.NewTimer(0)
	for n.drain(m); m.Running(); n.drain(m) {
		wait := time.Hour
		if at, some := m.Deadline(); some {
			wait = at - time.Since(start)
		}
		timer.Reset(max(0, wait))
		select {
		case data := <-datagrams:
			_ = m.HandleDatagram(time.Since(start), data) // What is refused is counted.
		case command := <-n.commands:
			command(m, time.Since(start))
		case <-timer.C:
			n.timeout(m, start, datagrams)
		case <-ctx.Done():
			return
		}
	}
}

// timeout serves deadlines, after what has come before them was read.
func (n *Node) timeout(m *Member, start time.Time, datagrams <-chan []byte) {
	for len(datagrams) > 0 {
		_ = m.HandleDatagram(time.Since(start), <-datagrams)
	}
	m.HandleTimeout(time.Since(start))
}

func (n *Node) receive(datagrams chan<- []byte) {
	buffer := make([]byte, 1<<16)
	for {
		size, _, err := n.conn.ReadFromUDPAddrPort(buffer)
		select {
		case <-n.done:
			return
		default:
		}
		if err != nil {
			continue // Nobody is at an address that we sent to.
		}
		select {
		case datagrams <- append([]byte{}, buffer[:size]...):
		case <-n.done:
			return
		}
	}
}

func (n *Node) drain(m *Member) {
	for _, datagram := range m.Outbox() {
		if n.loss > 0 && n.draws.Float64() < n.loss {
			continue
		}
		_, _ = n.conn.WriteToUDPAddrPort(datagram.Data, datagram.To) // A datagram may be lost.
	}
	for _, event := range m.Events() {
		n.events <- event
	}
}
