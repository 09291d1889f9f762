#define _GNU_SOURCE
#include "connection.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static SSL_CTX *context;

static int keep_session(SSL *tls, SSL_SESSION *session) {
    struct connection *c = SSL_get_app_data(tls);
    if (!c) return 0;
    if (c->session) SSL_SESSION_free(c->session);
    c->session = session;
    return 1;
}

void prepare_tls(bool saves_memory) {
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384");
    SSL_CTX_set1_groups_list(context, "X25519:P-256");
    const char *protocol = options.http2 ? "\x02h2" : "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context, (const unsigned char *)protocol, strlen(protocol));
    if (saves_memory) {
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    } else {
        SSL_CTX_set_read_ahead(context, 1);
        SSL_CTX_set_default_read_buffer_len(context, 128 << 10);
    }
    if (options.resume) {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, keep_session);
    }
}

bool connection_open(struct connection *c, int number) {
    c->start = c->end = 0;
    c->tls = NULL;
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(c->socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    struct timeval patience = {.tv_sec = 20};
    setsockopt(c->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(c->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number % 8)};
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(c->socket, (struct sockaddr *)&from, sizeof from) ||
        connect(c->socket, (struct sockaddr *)&to, sizeof to)) {
        connection_close(c);
        return false;
    }
    if (options.plain) return true;
    c->tls = SSL_new(context);
    SSL_set_fd(c->tls, c->socket);
    SSL_set_tlsext_host_name(c->tls, options.host);
    SSL_set_app_data(c->tls, c);
    if (options.resume && c->session) SSL_set_session(c->tls, c->session);
    const unsigned char *chosen = NULL;
    unsigned chosen_count = 0;
    bool shaken = SSL_connect(c->tls) == 1;
    SSL_get0_alpn_selected(c->tls, &chosen, &chosen_count);
    if (!shaken || (options.http2 && chosen_count != 2)) {
        connection_close(c);
        return false;
    }
    c->resumed = SSL_session_reused(c->tls);
    return true;
}

void connection_close(struct connection *c) {
    if (c->tls) {
        // Said to be closed in order, so that the session stays good for resumption.
        SSL_set_shutdown(c->tls, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        SSL_free(c->tls);
        c->tls = NULL;
    }
    if (c->socket >= 0) close(c->socket);
    c->socket = -1;
}

bool connection_send(struct connection *c, const void *bytes, size_t count) {
    const char *next = bytes;
    while (count) {
        int part = count < (1 << 20) ? (int)count : 1 << 20;
        ssize_t sent = c->tls ? SSL_write(c->tls, next, part) : send(c->socket, next, count, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        next += sent;
        count -= sent;
    }
    return true;
}

ssize_t connection_receive(struct connection *c, void *bytes, size_t count) {
    return c->tls ? SSL_read(c->tls, bytes, (int)count) : recv(c->socket, bytes, count, 0);
}

static bool fill(struct connection *c) {
    if (c->start) {
        memmove(c->bytes, c->bytes + c->start, c->end - c->start);
        c->end -= c->start;
        c->start = 0;
    }
    if (c->end == sizeof c->bytes) return false;
    ssize_t count = connection_receive(c, c->bytes + c->end, sizeof c->bytes - c->end);
    if (count <= 0) return false;
    c->end += count;
    return true;
}

// Drops so many bytes; the kernel's part goes through the whole buffer, so that large bodies cost few calls.
static bool skip(struct connection *c, uint64_t count) {
    while (count) {
        if (c->start == c->end) {
            c->start = c->end = 0;
            if (!fill(c)) return false;
        }
        uint64_t part = c->end - c->start < count ? c->end - c->start : count;
        c->start += part;
        count -= part;
    }
    return true;
}

// Takes a line, without its end; NULL when the connection broke off.
static char *take_line(struct connection *c) {
    for (;;) {
        char *end = memmem(c->bytes + c->start, c->end - c->start, "\r\n", 2);
        if (end) {
            char *line = c->bytes + c->start;
            *end = 0;
            c->start = end + 2 - c->bytes;
            return line;
        }
        if (!fill(c)) return NULL;
    }
}

static bool skip_chunks(struct connection *c, uint64_t *total) {
    for (;;) {
        char *line = take_line(c);
        if (!line) return false;
        uint64_t size = strtoull(line, NULL, 16);
        *total += size;
        if (!skip(c, size)) return false;
        // Behind a chunk its line end, behind the last one the empty line after the trailers.
        do line = take_line(c);
        while (line && !size && *line);
        if (!line) return false;
        if (!size) return true;
    }
}

bool read_response(struct connection *c, struct response *response) {
    do {
        *response = (struct response){.received = -1};
        char *line = take_line(c);
        if (!line || strlen(line) < 12) return false;
        response->status = atoi(line + 9);
        bool chunked = false;
        while ((line = take_line(c)) && *line) {
            if (!strncasecmp(line, "Content-Length:", 15)) response->length = strtoull(line + 15, NULL, 10);
            else if (!strncasecmp(line, "X-Received:", 11)) response->received = atoll(line + 11);
            else if (!strncasecmp(line, "X-Backend-Port:", 15)) response->backend_port = atoi(line + 15);
            else if (!strncasecmp(line, "Transfer-Encoding: chunked", 26)) chunked = true;
            else if (!strncasecmp(line, "Connection: close", 17)) response->closes = true;
        }
        if (!line) return false;
        if (chunked ? !skip_chunks(c, &response->length) : !skip(c, response->length)) return false;
    } while (response->status == 100);
    return true;
}
