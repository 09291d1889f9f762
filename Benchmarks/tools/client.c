// client: what the bench asks of a proxy and no ready-made load generator does. Prints one line of JSON.
//
//   client download PATH    whole bodies, read and counted, one for each connection
//   client upload PATH      bodies of --bytes; the backend's count of them is checked
//   client handshakes PATH  a new connection for each GET, for --seconds
//   client paced PATH       --rate requests a second on all connections together; latency counts from the moment a
//                           request was due, so that a stall is seen by all that had to wait for it
//   client repeat PATH      --count requests, one after the other on one connection
//   client idle PATH        one GET on each connection; READY, then all stay open until the input ends
//   client wait PATH        a new connection every millisecond until the answer is 200 from --backend
#define _GNU_SOURCE
#include "connection.h"
#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct options options = {.host = "localhost"};

static const char *path, *login, *method = "PUT";
static int connections = 1, wanted_backend, repetitions = 1, chunk = 64 << 10;
static bool chunked;
static uint64_t bytes;
static double seconds = 2, rate;

static char request[2048];
static size_t request_count;
static double began, ends;
static atomic_long succeeded, refused, broken, unconnected, reconnected, resumed;
static atomic_llong transferred;

static const long latency_room = 1 << 21;
static float *latencies;
static atomic_long latency_count;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void sleep_until(double moment) {
    double left = moment - now();
    if (left > 0) usleep(left * 1e6);
}

static void note_latency(double took) {
    long index = latency_count++;
    if (index < latency_room) latencies[index] = took;
}

static struct connection *new_connection(void) {
    struct connection *c = calloc(1, sizeof *c);
    c->socket = -1;
    return c;
}

static bool ask(struct connection *c, struct response *response) {
    return connection_send(c, request, request_count) && read_response(c, response);
}

static void *download(void *number) {
    struct connection *c = new_connection();
    struct response response;
    if (!connection_open(c, (long)number)) unconnected++;
    else if (!ask(c, &response)) broken++;
    else if (response.status != 200) refused++;
    else {
        succeeded++;
        transferred += response.length;
    }
    return NULL;
}

static bool send_body(struct connection *c) {
    char *piece = malloc(chunk + 32), *body = piece + 16;
    memset(body, 'x', chunk);
    double start = now();
    bool sent = true;
    for (uint64_t done = 0; sent && done < bytes;) {
        uint64_t count = bytes - done < (uint64_t)chunk ? bytes - done : (uint64_t)chunk;
        if (chunked) {
            char size[16];
            int size_count = snprintf(size, sizeof size, "%llx\r\n", (unsigned long long)count);
            memcpy(body - size_count, size, size_count);
            memcpy(body + count, "\r\n", 2);
            sent = connection_send(c, body - size_count, size_count + count + 2);
        } else {
            sent = connection_send(c, body, count);
        }
        done += count;
        if (rate > 0) sleep_until(start + done / rate);
    }
    if (sent && chunked) sent = connection_send(c, "0\r\n\r\n", 5);
    free(piece);
    return sent;
}

static void *upload(void *number) {
    struct connection *c = new_connection();
    struct response response;
    char head[1024], length[64];
    snprintf(length, sizeof length, "Content-Length: %llu", (unsigned long long)bytes);
    int count = snprintf(head, sizeof head,
                         "%s %s HTTP/1.1\r\nHost: %s:%d\r\n"
                         "Content-Type: application/octet-stream\r\n%s\r\n\r\n",
                         method, path, options.host, options.port, chunked ? "Transfer-Encoding: chunked" : length);
    if (!connection_open(c, (long)number)) unconnected++;
    else if (!connection_send(c, head, count) || !send_body(c) || !read_response(c, &response)) broken++;
    else if (response.status != 201 || response.received != (long long)bytes) refused++;
    else {
        succeeded++;
        transferred += bytes;
    }
    connection_close(c);
    return NULL;
}

static void *handshakes(void *number) {
    struct connection *c = new_connection();
    struct response response;
    while (now() < ends) {
        double start = now();
        if (!connection_open(c, (long)number)) {
            unconnected++;
            usleep(1000);
            continue;
        }
        double open = now();
        if (!ask(c, &response)) broken++;
        else if (response.status != 200) refused++;
        else {
            succeeded++;
            resumed += c->resumed;
            note_latency(open - start);
        }
        connection_close(c);
    }
    return NULL;
}

// A server may close a connection that is idle; that is seen before the next request, and is nobody's failure.
static bool was_closed(struct connection *c) {
    char byte;
    ssize_t count = recv(c->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN)) return true;
    if (count < 0 || !c->tls) return false;
    // Something of TLS waits: tickets, or the alert that ends the connection.
    struct timeval moment = {.tv_usec = 1000}, patience = {.tv_sec = 20};
    setsockopt(c->socket, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
    int result = SSL_peek(c->tls, &byte, 1);
    bool closed = result <= 0 && SSL_get_error(c->tls, result) != SSL_ERROR_WANT_READ;
    setsockopt(c->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return closed;
}

static void *paced(void *number) {
    struct connection *c = new_connection();
    struct response response;
    double step = connections / rate;
    for (double due = began + step * (long)number / connections; due < ends; due += step) {
        sleep_until(due);
        bool done = false;
        for (int attempt = 0; attempt < 3 && !done; attempt++) {
            if (c->socket >= 0 && was_closed(c)) {
                connection_close(c);
                reconnected++;
            }
            if (c->socket < 0 && !connection_open(c, (long)number)) {
                unconnected++;
                usleep(1000);
                continue;
            }
            if (!ask(c, &response)) {
                broken++;
                connection_close(c);
                continue;
            }
            done = true;
            if (response.status == 200) succeeded++;
            else refused++;
            if (response.closes) connection_close(c);
        }
        if (done) note_latency(now() - due);
    }
    connection_close(c);
    return NULL;
}

static void *repeat(void *number) {
    struct connection *c = new_connection();
    struct response response;
    if (!connection_open(c, (long)number)) unconnected++;
    for (int i = 0; i < repetitions && c->socket >= 0; i++) {
        if (!ask(c, &response)) broken++;
        else if (response.status == 200 && !response.closes) {
            succeeded++;
            continue;
        } else refused++;
        connection_close(c);
    }
    connection_close(c);
    return NULL;
}

static int *idle_sockets;
static atomic_int next_idle;

static void *idle(void *number) {
    (void)number;
    struct connection *c = new_connection();
    struct response response;
    char authority[128];
    snprintf(authority, sizeof authority, "%s:%d", options.host, options.port);
    for (int index; (index = next_idle++) < connections;) {
        for (int attempt = 0; attempt < 5 && !connection_open(c, index); attempt++) usleep(20000);
        if (c->socket < 0) {
            unconnected++;
            continue;
        }
        bool good = options.http2 ? http2_get(c, path, authority)
                                  : ask(c, &response) && response.status == 200 && !response.closes;
        if (good) succeeded++;
        else refused++;
        // The connection lives on without this object: its socket is open, and its TLS is never freed.
        if (c->tls) SSL_set_app_data(c->tls, NULL);
        idle_sockets[index] = c->socket;
        c->socket = -1;
        c->tls = NULL;
    }
    return NULL;
}

static void stay_idle(void) {
    printf("READY\n");
    fflush(stdout);
    for (char byte; read(STDIN_FILENO, &byte, 1) > 0;) {}
    int alive = 0;
    for (int i = 0; i < connections; i++) {
        char byte;
        if (idle_sockets[i] < 0) continue;
        ssize_t count = recv(idle_sockets[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        alive += count > 0 || (count < 0 && errno == EAGAIN);
    }
    printf("{\"succeeded\": %ld, \"alive\": %d}\n", succeeded, alive);
    fflush(stdout);
    _exit(0);
}

static void wait_for_route(void) {
    struct connection *c = new_connection();
    struct response response = {0};
    for (int tries = 1; now() < ends; tries++) {
        if (!connection_open(c, tries)) unconnected++;
        else if (!ask(c, &response)) broken++;
        else if (response.status == 200 && (!wanted_backend || response.backend_port == wanted_backend)) {
            printf("{\"live\": true, \"moment\": %.6f, \"tries\": %d, \"broken\": %ld}\n", now(), tries,
                   broken + unconnected);
            return;
        }
        connection_close(c);
        usleep(1000);
    }
    printf("{\"live\": false, \"broken\": %ld}\n", broken + unconnected);
}

static void run(void *(*body)(void *), int count) {
    pthread_t *threads = calloc(count, sizeof *threads);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 512 << 10);
    for (long i = 0; i < count; i++) pthread_create(&threads[i], &attributes, body, (void *)i);
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

static int by_size(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

static double percentile(long count, double part) {
    long index = part * count;
    return count ? latencies[index < count ? index : count - 1] * 1e3 : 0;
}

static void report(void) {
    double took = now() - began;
    long count = latency_count < latency_room ? latency_count : latency_room;
    qsort(latencies, count, sizeof *latencies, by_size);
    printf("{\"succeeded\": %ld, \"refused\": %ld, \"broken\": %ld, \"unconnected\": %ld, \"reconnected\": %ld, "
           "\"resumed\": %ld, \"bytes\": %lld, \"seconds\": %.4f, "
           "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n",
           succeeded, refused, broken, unconnected, reconnected, resumed, transferred, took, percentile(count, 0.5),
           percentile(count, 0.99), percentile(count, 1));
}

static void parse(int count, char **arguments) {
    for (int i = 3; i < count; i++) {
        const char *name = arguments[i];
        if (!strcmp(name, "--plain")) options.plain = true;
        else if (!strcmp(name, "--http2")) options.http2 = true;
        else if (!strcmp(name, "--resume")) options.resume = true;
        else if (!strcmp(name, "--chunked")) chunked = true;
        else {
            const char *value = i + 1 < count ? arguments[++i] : "";
            if (!strcmp(name, "--port")) options.port = atoi(value);
            else if (!strcmp(name, "--host")) options.host = value;
            else if (!strcmp(name, "--count")) repetitions = atoi(value);
            else if (!strcmp(name, "--connections")) connections = atoi(value);
            else if (!strcmp(name, "--bytes")) bytes = strtoull(value, NULL, 10);
            else if (!strcmp(name, "--seconds")) seconds = atof(value);
            else if (!strcmp(name, "--rate")) rate = atof(value);
            else if (!strcmp(name, "--login")) login = value;
            else if (!strcmp(name, "--method")) method = value;
            else if (!strcmp(name, "--backend")) wanted_backend = atoi(value);
            else {
                fprintf(stderr, "client: there is no option %s\n", name);
                exit(2);
            }
        }
    }
}

static void compose_request(bool closes) {
    char authorization[512] = "";
    if (login) {
        unsigned char encoded[400];
        EVP_EncodeBlock(encoded, (const unsigned char *)login, strlen(login));
        snprintf(authorization, sizeof authorization, "Authorization: Basic %s\r\n", encoded);
    }
    request_count =
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: bench\r\n%s%s\r\n", path,
                 options.host, options.port, authorization, closes ? "Connection: close\r\n" : "");
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "client: say what to do, and a path; the head of client.c tells\n");
        return 2;
    }
    const char *mode = arguments[1];
    path = arguments[2];
    parse(count, arguments);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    bool is_idle = !strcmp(mode, "idle"), waits = !strcmp(mode, "wait"), shakes = !strcmp(mode, "handshakes");
    prepare_tls(is_idle);
    compose_request(waits || shakes);
    latencies = malloc(latency_room * sizeof *latencies);
    began = now();
    ends = began + seconds;
    if (waits) {
        wait_for_route();
        return 0;
    }
    if (is_idle) {
        idle_sockets = malloc(connections * sizeof *idle_sockets);
        memset(idle_sockets, -1, connections * sizeof *idle_sockets);
        run(idle, 16);
        stay_idle();
    }
    if (!strcmp(mode, "download")) run(download, connections);
    else if (!strcmp(mode, "upload")) run(upload, connections);
    else if (shakes) run(handshakes, connections);
    else if (!strcmp(mode, "paced")) run(paced, connections);
    else if (!strcmp(mode, "repeat")) run(repeat, 1);
    else {
        fprintf(stderr, "client: there is no %s; the head of client.c tells what there is\n", mode);
        return 2;
    }
    report();
    return 0;
}
