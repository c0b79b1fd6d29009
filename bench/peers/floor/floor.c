// The baseline of the comparison: sockets, epoll and send(), without a framework and with very little parsing.
//
//     GET /ticks?ms=N        The first event comes at once, then one event every N ms. One clock call per event.
//     GET /broadcast?ms=N    One event comes every N ms. One clock call for all streams. Each event has an id.
//
// The data of an event is CLOCK_REALTIME in nanoseconds, as decimal digits. One timer serves all streams of the same
// target. It starts with the first stream.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum
{
    max_groups = 64,
    longest_period_ms = 86400000
};

/// The streams of one target, and their timer.
struct group
{
    bool broadcast;
    long ms;
    uint64_t id; ///< of the next event; only for a broadcast
    int timer;
    int* streams;
    uint32_t count, capacity;
};

/// The state of a descriptor.
struct client
{
    uint32_t place; ///< position in the streams of its group, from 1; 0: not a stream
    uint16_t group;
};

/// The purpose of an epoll entry.
enum kind
{
    new_client,
    due_timer,
    known_client
};

static struct group groups[max_groups];
static size_t group_count;
static struct client* clients; ///< indexed by descriptor
static int epoll_fd, listener;

/// Events as chunks of the response. Their sizes never change, because the time has 19 digits until the year 2286, and
/// the id 16. The first id is a time in microseconds.
static char tick_event[] = "1b\r\ndata: 0000000000000000000\n\n\r\n";
static char broadcast_event[] = "30\r\nid: 0000000000000000\ndata: 0000000000000000000\n\n\r\n";
enum
{
    tick_size = sizeof tick_event - 1,
    broadcast_size = sizeof broadcast_event - 1,
    time_to_end = 5,                                     ///< from the last digit of the time to the end of the chunk
    id_to_end = time_to_end + 19 + sizeof "\ndata: " - 1 ///< the same for the id
};

_Noreturn static void fail(const char* what)
{
    perror(what);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void write_number(char* last_digit, uint64_t number)
{
    for (; number != 0; number /= 10) {
        *last_digit-- = (char)('0' + number % 10);
    }
}

static void stamp_tick(void)
{
    write_number(tick_event + tick_size - time_to_end, now_ns());
}

static void stamp_broadcast(struct group* group)
{
    write_number(broadcast_event + broadcast_size - time_to_end, now_ns());
    write_number(broadcast_event + broadcast_size - id_to_end, group->id++);
}

static void watch(int fd, uint32_t events, enum kind kind, size_t group)
{
    struct epoll_event wanted = {.events = events,
                                 .data.u64 = (uint64_t)group << 40 | (uint64_t)kind << 32 | (uint32_t)fd};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &wanted) != 0) {
        fail("floor: cannot watch");
    }
}

/// Returns false if the stream is broken. If the buffer of a client is full, the client misses the event.
static bool send_to(int fd, const char* bytes, size_t size)
{
    const ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    return n == (ssize_t)size || (n < 0 && errno == EAGAIN);
}

static void accept_clients(void)
{
    for (;;) {
        const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
            fail("floor: too many streams for one process");
        }
        if (fd < 0) {
            return;
        }
        watch(fd, EPOLLIN | EPOLLRDHUP | EPOLLET, known_client, 0);
    }
}

static void close_client(int fd)
{
    struct client* client = &clients[fd];
    if (client->place != 0) {
        struct group* group = &groups[client->group];
        const int last = group->streams[--group->count];
        group->streams[client->place - 1] = last;
        clients[last].place = client->place;
        client->place = 0;
    }
    close(fd);
}

static struct group* group_of(bool broadcast, long ms)
{
    for (size_t i = 0; i < group_count; ++i) {
        if (groups[i].broadcast == broadcast && groups[i].ms == ms) {
            return &groups[i];
        }
    }
    if (group_count == max_groups) {
        return NULL;
    }
    struct group* group = &groups[group_count++];
    *group = (struct group){.broadcast = broadcast, .ms = ms, .id = now_ns() / 1000};
    const struct timespec period = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    const struct itimerspec times = {.it_interval = period, .it_value = period};
    group->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (group->timer < 0 || timerfd_settime(group->timer, 0, &times, NULL) != 0) {
        fail("floor: cannot set a timer");
    }
    watch(group->timer, EPOLLIN, due_timer, (size_t)(group - groups));
    return group;
}

static void join(struct group* group, int fd)
{
    if (group->count == group->capacity) {
        group->capacity += 4096;
        int* const streams = realloc(group->streams, group->capacity * sizeof *streams);
        if (streams == NULL) {
            fail("floor");
        }
        group->streams = streams;
    }
    group->streams[group->count++] = fd;
    clients[fd] = (struct client){.place = group->count, .group = (uint16_t)(group - groups)};
}

/// Returns the group for a request. Returns NULL if the request is invalid.
static struct group* wanted_group(const char* request)
{
    static const char ticks[] = "GET /ticks?ms=", broadcast[] = "GET /broadcast?ms=";
    const bool is_broadcast = strncmp(request, broadcast, sizeof broadcast - 1) == 0;
    if (strstr(request, "\r\n\r\n") == NULL || (!is_broadcast && strncmp(request, ticks, sizeof ticks - 1) != 0)) {
        return NULL;
    }
    const long ms = strtol(strchr(request, '=') + 1, NULL, 10);
    return ms < 1 || ms > longest_period_ms ? NULL : group_of(is_broadcast, ms);
}

/// Clients send their request in one piece. An incomplete request is invalid.
static void answer(int fd)
{
    if (clients[fd].place != 0) {
        return; // ignores bytes after the request
    }
    char request[4096];
    const ssize_t n = recv(fd, request, sizeof request - 1, 0);
    request[n < 0 ? 0 : n] = '\0';
    struct group* group = wanted_group(request);
    if (group == NULL) {
        static const char bad[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        send_to(fd, bad, sizeof bad - 1);
        close_client(fd);
        return;
    }
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                               "Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    char first[sizeof head - 1 + tick_size];
    size_t size = sizeof head - 1;
    memcpy(first, head, size);
    if (!group->broadcast) {
        stamp_tick();
        memcpy(first + size, tick_event, tick_size);
        size += tick_size;
    }
    join(group, fd);
    if (!send_to(fd, first, size)) {
        close_client(fd);
    }
}

static void tick(struct group* group)
{
    uint64_t expirations;
    if (read(group->timer, &expirations, sizeof expirations) < 0) {
        return;
    }
    const char* event = tick_event;
    size_t size = tick_size;
    if (group->broadcast) {
        stamp_broadcast(group);
        event = broadcast_event;
        size = broadcast_size;
    }
    for (uint32_t i = 0; i < group->count; ++i) {
        if (!group->broadcast) {
            stamp_tick();
        }
        if (!send_to(group->streams[i], event, size)) {
            shutdown(group->streams[i], SHUT_RDWR); // epoll then reports the socket, and the server closes it
        }
    }
}

_Noreturn static void run(void)
{
    for (;;) {
        struct epoll_event ready[512];
        const int count = epoll_wait(epoll_fd, ready, sizeof ready / sizeof *ready, -1);
        for (int i = 0; i < count; ++i) {
            const uint64_t data = ready[i].data.u64;
            const int fd = (int)(uint32_t)data;
            const enum kind kind = data >> 32 & 0xff;
            if (kind == new_client) {
                accept_clients();
            } else if (kind == due_timer) {
                tick(&groups[data >> 40]);
            } else if ((ready[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
                close_client(fd);
            } else {
                answer(fd);
            }
        }
    }
}

static void listen_at(uint16_t port)
{
    const int yes = 1;
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) != 0 ||
        bind(listener, (const struct sockaddr*)&address, sizeof address) != 0 || listen(listener, 4096) != 0)
    {
        fail("floor: cannot listen");
    }
    watch(listener, EPOLLIN, new_client, 0);
}

int main(int argc, char** argv)
{
    const int port = argc == 3 && strcmp(argv[1], "--port") == 0 ? atoi(argv[2]) : 0;
    if (port < 1 || port > 65535) {
        fprintf(stderr, "usage: %s --port PORT\n", argv[0]);
        return 2;
    }
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        fail("floor");
    }
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    clients = calloc(files.rlim_cur, sizeof *clients); // unused pages need no memory
    if (clients == NULL) {
        fail("floor");
    }
    listen_at((uint16_t)port);
    run();
}
