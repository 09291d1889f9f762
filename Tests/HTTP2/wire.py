"""Frames of HTTP/2 (RFC 9113) and field blocks (RFC 7541), made by hand: what a careful library would refuse to send."""

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)

KINDS = (
    "DATA HEADERS PRIORITY RST_STREAM SETTINGS PUSH_PROMISE PING GOAWAY WINDOW_UPDATE CONTINUATION").split()

ERRORS = (
    "NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR "
    "REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED").split()

END_STREAM = ACK = 0x1
END_HEADERS = 0x4
PADDED = 0x8
WITH_PRIORITY = 0x20

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = range(1, 7)
ENABLE_CONNECT_PROTOCOL = 8


def error_name(code):
    return ERRORS[code] if code < len(ERRORS) else "0x%x" % code


def error_code(name):
    return ERRORS.index(name)


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    """A frame. `length` may tell a lie."""
    size = len(payload) if length is None else length
    return size.to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def headers(stream, block, end_stream=True, end_headers=True, flags=0):
    return frame(
        HEADERS, flags | (END_STREAM if end_stream else 0) | (END_HEADERS if end_headers else 0), stream, block)


def continuation(stream, block, end_headers=False):
    return frame(CONTINUATION, END_HEADERS if end_headers else 0, stream, block)


def data(stream, payload=b"", end_stream=False):
    return frame(DATA, END_STREAM if end_stream else 0, stream, payload)


def padded_data(stream, payload, padding, end_stream=False):
    return frame(
        DATA, PADDED | (END_STREAM if end_stream else 0), stream, bytes((padding,)) + payload + bytes(padding))


def rst_stream(stream, error="CANCEL"):
    return frame(RST_STREAM, 0, stream, error_code(error).to_bytes(4, "big"))


def settings(*pairs):
    return frame(SETTINGS, 0, 0, b"".join(key.to_bytes(2, "big") + value.to_bytes(4, "big") for key, value in pairs))


def settings_ack():
    return frame(SETTINGS, ACK)


def ping(payload=b"attacked", ack=False):
    return frame(PING, ACK if ack else 0, 0, payload)


def window_update(stream, increment):
    return frame(WINDOW_UPDATE, 0, stream, increment.to_bytes(4, "big"))


def priority(stream, depends_on=0, weight=15, exclusive=False):
    return frame(PRIORITY, 0, stream, dependency(depends_on, weight, exclusive))


def dependency(depends_on, weight=15, exclusive=False):
    return (depends_on | (1 << 31 if exclusive else 0)).to_bytes(4, "big") + bytes((weight,))


def goaway(last=0, error="NO_ERROR", debug=b""):
    return frame(GOAWAY, 0, 0, last.to_bytes(4, "big") + error_code(error).to_bytes(4, "big") + debug)


# Field blocks


def integer(value, prefix, first=0):
    """RFC 7541, section 5.1."""
    limit = (1 << prefix) - 1
    if value < limit:
        return bytes((first | value,))
    octets = bytearray((first | limit,))
    value -= limit
    while value >= 128:
        octets.append(value % 128 + 128)
        value //= 128
    octets.append(value)
    return bytes(octets)


def string(text):
    return integer(len(text), 7) + text


def raw(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


def literal(name, value):
    """A field that neither names an entry of a table nor becomes one: any bytes at all."""
    return b"\x00" + string(raw(name)) + string(raw(value))


def remembered(name, value):
    """A field that the peer shall put into its dynamic table, where it becomes entry 62."""
    return b"\x40" + string(raw(name)) + string(raw(value))


def indexed(entry):
    return integer(entry, 7, 0x80)


def table_size(size):
    return integer(size, 5, 0x20)


def fields(*pairs):
    return b"".join(literal(name, value) for name, value in pairs)


def request(authority, path="/", method="GET", scheme="http", more=()):
    """The field block of an ordinary request, with further fields."""
    return fields(
        (":method", method), (":scheme", scheme), (":authority", authority), (":path", path), *more)
