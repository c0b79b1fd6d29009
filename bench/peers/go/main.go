// A peer for benchmarks: the two endpoints with net/http and gorilla/mux, in the style of tutorials.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/gorilla/mux"
)

// period returns ms of the query. For an invalid value, it responds with an error.
func period(w http.ResponseWriter, r *http.Request) (time.Duration, bool) {
	ms := 1000
	if text := r.URL.Query().Get("ms"); text != "" {
		var err error
		if ms, err = strconv.Atoi(text); err != nil || ms < 1 || ms > 86_400_000 {
			http.Error(w, "ms must be a number from 1 to 86400000", http.StatusBadRequest)
			return 0, false
		}
	}
	return time.Duration(ms) * time.Millisecond, true
}

// beginStream sends the header of an event stream.
func beginStream(w http.ResponseWriter) (http.Flusher, bool) {
	flusher, ok := w.(http.Flusher)
	if !ok {
		http.Error(w, "streaming is not supported", http.StatusInternalServerError)
		return nil, false
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache, no-transform")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	return flusher, true
}

func ticks(w http.ResponseWriter, r *http.Request) {
	every, ok := period(w, r)
	if !ok {
		return
	}
	flusher, ok := beginStream(w)
	if !ok {
		return
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		fmt.Fprintf(w, "data: %d\n\n", time.Now().UnixNano())
		flusher.Flush()
		select {
		case <-r.Context().Done():
			return
		case <-ticker.C:
		}
	}
}

func broadcast(w http.ResponseWriter, r *http.Request) {
	every, ok := period(w, r)
	if !ok {
		return
	}
	flusher, ok := beginStream(w)
	if !ok {
		return
	}
	flusher.Flush()
	hub := hubOf(every)
	events := hub.subscribe()
	defer hub.unsubscribe(events)
	for {
		select {
		case <-r.Context().Done():
			return
		case event := <-events:
			fmt.Fprint(w, event)
			flusher.Flush()
		}
	}
}

func main() {
	port := flag.Int("port", 8080, "port to listen on")
	flag.Parse()
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	router := mux.NewRouter()
	router.HandleFunc("/ticks", ticks).Methods(http.MethodGet)
	router.HandleFunc("/broadcast", broadcast).Methods(http.MethodGet)
	server := &http.Server{Addr: fmt.Sprintf("127.0.0.1:%d", *port), Handler: router}
	if os.Getenv("GRACEFUL") == "" {
		log.Fatal(server.ListenAndServe())
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	go func() { log.Print(server.ListenAndServe()) }()
	<-stop.Done()
	if err := server.Shutdown(context.Background()); err != nil {
		log.Fatal(err)
	}
}
