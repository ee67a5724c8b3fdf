package member

import (
	"time"

	"google.golang.org/protobuf/proto"

	"haulout.example/member/gen"
)

// Topics of the project's own.
const (
	ServiceTopic = 1
	EventTopic   = 2
)

// Service is an instance of a service that a member offers; Owner is that member.
type Service struct {
	Name, Instance, Address string
	Port                    uint16
	Tags                    []string
	Owner                   string
}

// Offer publishes a service.
func (m *Member) Offer(now time.Duration, service Service) error {
	value, err := proto.MarshalOptions{Deterministic: true}.Marshal(&gen.Service{Name: service.Name,
		Instance: service.Instance, Address: service.Address, Port: uint32(service.Port), Tags: service.Tags,
		Health: gen.Health_HEALTH_PASSING})
	if err != nil {
		return err
	}
	return m.Put(now, ServiceTopic, []byte(service.Instance), value)
}

// Services gives what the members offer. What is no service, or not that of its key, is as if it were not there.
func (m *Member) Services() []Service {
	var services []Service
	for _, record := range m.Records() {
		message := &gen.Service{}
		if record.Topic != ServiceTopic || proto.Unmarshal([]byte(record.Value), message) != nil {
			continue
		}
		if message.Name != "" && message.Instance == record.Key && message.Port > 0 && message.Port <= 0xffff {
			services = append(services, Service{message.Name, message.Instance, message.Address,
				uint16(message.Port), message.Tags, record.Owner})
		}
	}
	return services
}

// SendNamedEvent sends an event that has a name, as agents do.
func (m *Member) SendNamedEvent(now time.Duration, name string, payload []byte) error {
	if err := CheckName(name); err != nil {
		return err
	}
	value, err := proto.MarshalOptions{Deterministic: true}.Marshal(&gen.NamedEvent{Name: name, Payload: payload})
	if err != nil {
		return err
	}
	return m.SendEvent(now, EventTopic, value, 0)
}

// NamedEvent reads the value of a user event of the topic EventTopic; false if it is none.
func NamedEvent(value []byte) (name string, payload []byte, ok bool) {
	message := &gen.NamedEvent{}
	if proto.Unmarshal(value, message) != nil || CheckName(message.Name) != nil {
		return "", nil, false
	}
	return message.Name, message.Payload, true
}

// topicNames says what the topics are called here, so that two uses of one number are noticed.
func topicNames() []proto.Message {
	return []proto.Message{&gen.Topic{Id: ServiceTopic, Name: "service"}, &gen.Topic{Id: EventTopic, Name: "event"}}
}
