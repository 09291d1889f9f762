// backend: the server behind the proxies. Plain HTTP/1.1, kept alive, one thread, so cheap that the proxies are what is
// measured: answers come from sendfile, and bodies of known length are dropped inside the kernel (MSG_TRUNC).
//
//   backend PORT... [FIRST-LAST...]
//
//   GET anything           200 and two bytes; X-Backend-Port tells which port was asked
//   GET /blob/BYTES        200 and so many bytes, with Content-Length
//   GET /chunked/BYTES     the same, chunked; a multiple of 64 KiB
//   PUT, POST, PATCH       reads the body, answers 201; X-Received tells its length
//
// It says READY when all ports are open, and dies with its parent.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_ROOM = 16 << 10, BODY_ROOM = 256 << 10, CHUNK = 64 << 10, SOURCE = 64 << 20 };

enum state { READING_HEAD, READING_LENGTH, READING_CHUNKED, SENDING };
enum chunk_state { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_END, CHUNK_TRAILERS };

// What sendfile reads from: bytes, and the same bytes cut into chunks with their frames.
struct source {
    int file;
    uint64_t size;
};

struct connection {
    int socket;
    uint16_t port;
    bool is_listener, closes, waits_for_room;
    enum state state;
    uint64_t left, received;
    enum chunk_state chunk;
    uint64_t chunk_left;
    size_t trailer_length;
    const struct source *source;
    uint64_t to_send;
    char *kept;
    size_t kept_count;
};

static char input[BODY_ROOM + HEAD_ROOM + 1];
static int poller;
static struct source plain_source, chunked_source;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void await_room(struct connection *c, bool waits) {
    if (c->waits_for_room == waits) return;
    struct epoll_event event = {.events = waits ? EPOLLOUT : EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->socket, &event);
    c->waits_for_room = waits;
}

static void drop(struct connection *c) {
    close(c->socket);
    free(c->kept);
    free(c);
}

// Sends a head; it always fits into the socket's buffer.
static bool send_text(struct connection *c, const char *text, size_t count, int flags) {
    while (count) {
        ssize_t sent = send(c->socket, text, count, MSG_NOSIGNAL | flags);
        if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (sent < 0) return false;
        text += sent;
        count -= sent;
    }
    return true;
}

enum progress { FAILED, WAITING, FINISHED };

static enum progress send_body(struct connection *c) {
    const uint64_t size = c->source->size;
    while (c->to_send) {
        // Counted from the end, so that the last byte of the body is the last of the source.
        off_t offset = (size - c->to_send % size) % size;
        uint64_t count = size - offset;
        if (count > c->to_send) count = c->to_send;
        ssize_t sent = sendfile(c->socket, c->source->file, &offset, count < (1 << 20) ? count : (1 << 20));
        if (sent < 0 && errno == EAGAIN) {
            await_room(c, true);
            return WAITING;
        }
        if (sent <= 0) return FAILED;
        c->to_send -= sent;
    }
    await_room(c, false);
    if (c->source == &chunked_source && !send_text(c, "0\r\n\r\n", 5, 0)) return FAILED;
    return FINISHED;
}

static const char *field(const char *head, const char *name) {
    size_t length = strlen(name);
    for (const char *line = strchr(head, '\n'); line; line = strchr(line, '\n')) {
        line++;
        if (strncasecmp(line, name, length) || line[length] != ':') continue;
        line += length + 1;
        while (*line == ' ') line++;
        return line;
    }
    return NULL;
}

static const char *closing(const struct connection *c) { return c->closes ? "Connection: close\r\n" : ""; }

static bool answer_upload(struct connection *c) {
    char text[256];
    int count = snprintf(text, sizeof text,
                         "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n"
                         "X-Received: %llu\r\nX-Backend-Port: %d\r\n%s\r\n",
                         (unsigned long long)c->received, c->port, closing(c));
    c->state = READING_HEAD;
    return send_text(c, text, count, 0) && !c->closes;
}

static bool answer_download(struct connection *c, uint64_t bytes, bool chunked) {
    char text[256], length[64];
    snprintf(length, sizeof length, "Content-Length: %llu\r\n", (unsigned long long)bytes);
    int count = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n%s%s\r\n",
                         chunked ? "Transfer-Encoding: chunked\r\n" : length, closing(c));
    c->source = chunked ? &chunked_source : &plain_source;
    c->to_send = chunked ? bytes / CHUNK * (chunked_source.size / (SOURCE / CHUNK)) : bytes;
    if (!send_text(c, text, count, MSG_MORE)) return false;
    enum progress progress = send_body(c);
    if (progress == WAITING) c->state = SENDING;
    return progress == WAITING || (progress == FINISHED && !c->closes);
}

// Acts on a head, which ends with a NUL; false when the connection is over.
static bool answer(struct connection *c, const char *head) {
    const char *value = field(head, "Connection");
    c->closes = (value && !strncasecmp(value, "close", 5)) || strstr(head, " HTTP/1.0\r\n");
    if (head[0] == 'P') {
        c->received = 0;
        value = field(head, "Expect");
        bool waits = value && !strncasecmp(value, "100", 3);
        if (waits && !send_text(c, "HTTP/1.1 100 Continue\r\n\r\n", 25, 0)) return false;
        value = field(head, "Transfer-Encoding");
        if (value && !strncasecmp(value, "chunked", 7)) {
            c->state = READING_CHUNKED;
            c->chunk = CHUNK_SIZE;
            c->chunk_left = 0;
            return true;
        }
        value = field(head, "Content-Length");
        c->left = value ? strtoull(value, NULL, 10) : 0;
        if (!c->left) return answer_upload(c);
        c->state = READING_LENGTH;
        return true;
    }
    if (!strncmp(head, "GET /blob/", 10)) return answer_download(c, strtoull(head + 10, NULL, 10), false);
    if (!strncmp(head, "GET /chunked/", 13)) return answer_download(c, strtoull(head + 13, NULL, 10), true);
    char text[256];
    int count = snprintf(text, sizeof text,
                         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                         "X-Backend-Port: %d\r\n%s\r\n{}",
                         c->port, closing(c));
    return send_text(c, text, count, 0) && !c->closes;
}

static unsigned digit(char letter) {
    return letter <= '9' ? (unsigned)(letter - '0') : (unsigned)((letter | 32) - 'a' + 10);
}

// Reads chunks and counts what is in them; how many bytes were used. *ended: the last chunk was there.
static size_t read_chunks(struct connection *c, const char *bytes, size_t count, bool *ended) {
    size_t at = 0;
    while (at < count) {
        if (c->chunk == CHUNK_DATA) {
            size_t part = count - at < c->chunk_left ? count - at : c->chunk_left;
            at += part;
            c->received += part;
            c->chunk_left -= part;
            if (!c->chunk_left) c->chunk = CHUNK_END;
            continue;
        }
        char letter = bytes[at++];
        switch (c->chunk) {
        case CHUNK_SIZE:
            if (letter == ';') c->chunk = CHUNK_EXTENSION;
            else if (letter != '\r' && letter != '\n') c->chunk_left = c->chunk_left * 16 + digit(letter);
            // fall through
        case CHUNK_EXTENSION:
            if (letter == '\n') {
                c->chunk = c->chunk_left ? CHUNK_DATA : CHUNK_TRAILERS;
                c->trailer_length = 0;
            }
            break;
        case CHUNK_END:
            if (letter == '\n') c->chunk = CHUNK_SIZE;
            break;
        case CHUNK_TRAILERS:
            if (letter == '\n' && !c->trailer_length) {
                *ended = true;
                return at;
            }
            if (letter == '\n') c->trailer_length = 0;
            else if (letter != '\r') c->trailer_length++;
            break;
        case CHUNK_DATA: break;
        }
    }
    return at;
}

static void keep(struct connection *c, const char *bytes, size_t count) {
    c->kept = malloc(count);
    memcpy(c->kept, bytes, count);
    c->kept_count = count;
}

// Goes through what was received; how much was used, or -1 when the connection is over.
static ssize_t consume(struct connection *c, size_t count) {
    size_t at = 0;
    while (at < count && c->state != SENDING) {
        if (c->state == READING_HEAD) {
            char *end = memmem(input + at, count - at, "\r\n\r\n", 4);
            if (!end) break;
            const char *head = input + at;
            at = end + 4 - input;
            char next = input[at];
            input[at] = 0;
            bool goes_on = answer(c, head);
            input[at] = next;
            if (!goes_on) return -1;
        } else if (c->state == READING_LENGTH) {
            size_t part = count - at < c->left ? count - at : c->left;
            c->left -= part;
            c->received += part;
            at += part;
            if (!c->left && !answer_upload(c)) return -1;
        } else {
            bool ended = false;
            at += read_chunks(c, input + at, count - at, &ended);
            if (ended && !answer_upload(c)) return -1;
        }
    }
    return at;
}

static void read_some(struct connection *c) {
    for (int turn = 0; turn < 8 && c->state != SENDING; turn++) {
        if (c->state == READING_LENGTH) {
            size_t most = c->left < (8u << 20) ? c->left : (8u << 20);
            ssize_t count = recv(c->socket, input, most, MSG_TRUNC | MSG_DONTWAIT);
            if (count < 0 && errno == EAGAIN) return;
            if (count <= 0) return drop(c);
            c->left -= count;
            c->received += count;
            if (!c->left && !answer_upload(c)) return drop(c);
            continue;
        }
        size_t before = c->kept_count;
        if (before) memcpy(input, c->kept, before);
        free(c->kept);
        c->kept = NULL;
        c->kept_count = 0;
        size_t room = c->state == READING_HEAD ? HEAD_ROOM : BODY_ROOM;
        if (before >= room) return drop(c);
        ssize_t count = recv(c->socket, input + before, room - before, MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN) {
            if (before) keep(c, input, before);
            return;
        }
        if (count <= 0) return drop(c);
        ssize_t used = consume(c, before + count);
        if (used < 0) return drop(c);
        if ((size_t)used < before + count) keep(c, input + used, before + count - used);
        if ((size_t)count < room - before && c->state == READING_HEAD) return;
    }
}

static void add(int socket, uint16_t port, bool is_listener) {
    struct connection *c = calloc(1, sizeof *c);
    c->socket = socket;
    c->port = port;
    c->is_listener = is_listener;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event);
}

static void open_port(int port) {
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) fail("backend: port");
    add(listener, port, true);
}

static void accept_all(const struct connection *listener) {
    int one = 1, client;
    while ((client = accept4(listener->socket, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        add(client, listener->port, false);
    }
}

static void make_sources(void) {
    static char chunk[CHUNK];
    uint32_t random = 12345;
    for (int i = 0; i < CHUNK; i++) {
        random = random * 1664525 + 1013904223;
        chunk[i] = random >> 24;
    }
    char size[16];
    int size_count = snprintf(size, sizeof size, "%x\r\n", CHUNK);
    plain_source.file = memfd_create("blob", MFD_CLOEXEC);
    chunked_source.file = memfd_create("chunks", MFD_CLOEXEC);
    for (int i = 0; i < SOURCE / CHUNK; i++) {
        if (write(plain_source.file, chunk, CHUNK) != CHUNK || write(chunked_source.file, size, size_count) < 0 ||
            write(chunked_source.file, chunk, CHUNK) != CHUNK || write(chunked_source.file, "\r\n", 2) != 2)
            fail("backend: memory");
    }
    plain_source.size = SOURCE;
    chunked_source.size = (uint64_t)(SOURCE / CHUNK) * (size_count + CHUNK + 2);
}

static void ready(struct connection *c, uint32_t events) {
    if (c->is_listener) return accept_all(c);
    if (c->state != SENDING) return read_some(c);
    if (events & (EPOLLERR | EPOLLHUP)) return drop(c);
    enum progress progress = send_body(c);
    if (progress == WAITING) return;
    if (progress == FAILED || c->closes) return drop(c);
    c->state = READING_HEAD;
}

int main(int count, char **arguments) {
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    poller = epoll_create1(EPOLL_CLOEXEC);
    make_sources();
    for (int i = 1; i < count; i++) {
        int first, last;
        if (sscanf(arguments[i], "%d-%d", &first, &last) < 2) first = last = atoi(arguments[i]);
        for (int port = first; port <= last; port++) open_port(port);
    }
    puts("READY");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[256];
        int n = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < n; i++) ready(events[i].data.ptr, events[i].events);
    }
}
