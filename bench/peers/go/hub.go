package main

import (
	"fmt"
	"sync"
	"time"
)

// A hub sends the event of each tick to all subscribers. A subscriber that is still busy with earlier events misses the
// event.
type hub struct {
	mutex       sync.Mutex
	subscribers map[chan string]struct{}
}

var (
	hubs      = map[time.Duration]*hub{} // by period
	hubsMutex sync.Mutex
)

// hubOf returns the hub of a period. The hub starts to tick with the first request.
func hubOf(every time.Duration) *hub {
	hubsMutex.Lock()
	defer hubsMutex.Unlock()
	h := hubs[every]
	if h == nil {
		h = &hub{subscribers: map[chan string]struct{}{}}
		hubs[every] = h
		go h.run(every)
	}
	return h
}

func (h *hub) run(every time.Duration) {
	id := time.Now().UnixMicro()
	for range time.Tick(every) {
		event := fmt.Sprintf("id: %d\ndata: %d\n\n", id, time.Now().UnixNano())
		id++
		h.mutex.Lock()
		for subscriber := range h.subscribers {
			select {
			case subscriber <- event:
			default:
			}
		}
		h.mutex.Unlock()
	}
}

func (h *hub) subscribe() chan string {
	events := make(chan string, 8)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.subscribers[events] = struct{}{}
	return events
}

func (h *hub) unsubscribe(events chan string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	delete(h.subscribers, events)
}
