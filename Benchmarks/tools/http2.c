// As much HTTP/2 as one small GET needs: fields as literals (RFC 7541 §6.2.2, nothing is indexed), frames by hand.
#include "connection.h"
#include <string.h>

enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, GOAWAY = 7, END_STREAM = 1, END_HEADERS = 4, ACK = 1 };

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

static size_t frame(unsigned char *at, size_t length, int type, int flags, int stream) {
    const unsigned char head[9] = {length >> 16, length >> 8, length, type, flags, 0, 0, 0, stream};
    memcpy(at, head, sizeof head);
    return sizeof head;
}

static size_t text(unsigned char *at, const char *value) {
    size_t count = strlen(value);
    at[0] = count;
    memcpy(at + 1, value, count);
    return count + 1;
}

static bool receive_all(struct connection *c, unsigned char *bytes, size_t count) {
    while (count) {
        ssize_t part = connection_receive(c, bytes, count);
        if (part <= 0) return false;
        bytes += part;
        count -= part;
    }
    return true;
}

bool http2_get(struct connection *c, const char *path, const char *authority) {
    if (strlen(path) > 100 || strlen(authority) > 100) return false;
    unsigned char out[512], fields[300];
    size_t count = 0, field_count = 0;
    fields[field_count++] = 0x82; // :method GET (RFC 7541 appendix A, as all of these indices)
    fields[field_count++] = 0x87; // :scheme https
    fields[field_count++] = 0x04; // :path
    field_count += text(fields + field_count, path);
    fields[field_count++] = 0x01; // :authority
    field_count += text(fields + field_count, authority);
    memcpy(out, preface, sizeof preface - 1);
    count += sizeof preface - 1;
    count += frame(out + count, 0, SETTINGS, 0, 0);
    count += frame(out + count, field_count, HEADERS, END_STREAM | END_HEADERS, 1);
    memcpy(out + count, fields, field_count);
    count += field_count;
    if (!connection_send(c, out, count)) return false;

    bool succeeded = false;
    for (;;) {
        unsigned char head[9], body[16 << 10];
        if (!receive_all(c, head, sizeof head)) return false;
        size_t length = head[0] << 16 | head[1] << 8 | head[2];
        if (length > sizeof body || !receive_all(c, body, length)) return false;
        int type = head[3], flags = head[4];
        if (type == SETTINGS && !(flags & ACK)) {
            unsigned char acknowledgement[9];
            frame(acknowledgement, 0, SETTINGS, ACK, 0);
            if (!connection_send(c, acknowledgement, sizeof acknowledgement)) return false;
        }
        if (type == GOAWAY || type == RST_STREAM) return false;
        // An encoder may first say how large its table is; 0x88 is ":status 200".
        if (type == HEADERS) {
            size_t at = 0;
            while (at < length && (body[at] & 0xe0) == 0x20) at += (body[at] & 0x1f) == 0x1f ? 3 : 1;
            succeeded = at < length && body[at] == 0x88;
        }
        if ((type == HEADERS || type == DATA) && (flags & END_STREAM)) return succeeded;
    }
}
