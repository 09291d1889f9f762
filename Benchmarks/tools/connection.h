// A client's connection, plain or TLS 1.3, with blocking calls: one thread drives one connection.
#pragma once
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct options {
    const char *host;
    int port;
    bool plain, http2, resume;
};

struct connection {
    int socket;
    SSL *tls;
    SSL_SESSION *session;
    bool resumed;
    // What was read and not used yet.
    char bytes[64 << 10];
    size_t start, end;
};

struct response {
    int status;
    uint64_t length;
    long long received;
    int backend_port;
    bool closes;
};

extern struct options options;

// Makes the TLS settings; called once. The session tickets of `resume` are kept with each connection.
void prepare_tls(bool saves_memory);

// Connects from one of eight loopback addresses, so that 10,000 connections do not run out of ports.
bool connection_open(struct connection *c, int number);
void connection_close(struct connection *c);
bool connection_send(struct connection *c, const void *bytes, size_t count);
ssize_t connection_receive(struct connection *c, void *bytes, size_t count);

// Reads an HTTP/1.1 answer with its whole body, which is dropped; false when it broke off.
bool read_response(struct connection *c, struct response *response);

// HTTP/2: the preface, one GET as stream 1, and its answer; what follows waits for the next call.
bool http2_get(struct connection *c, const char *path, const char *authority);
