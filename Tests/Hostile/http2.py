"""A client of HTTP/2 that sends requests one after the other, and tells how each stream ended."""

import socket

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated, DataReceived, InformationalResponseReceived, ResponseReceived, StreamEnded, StreamReset)
from h2.exceptions import ProtocolError

from http1 import Answer, trusting


class Client:
    """One connection, in the clear unless `tls` names a host."""

    def __init__(self, port, tls=None, host="127.0.0.1", patience=8):
        plain = socket.create_connection((host, port), 10)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.scheme = "https" if tls else "http"
        self.socket = trusting("h2").wrap_socket(plain, server_hostname=tls) if tls else plain
        self.socket.settimeout(patience)
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding=None, validate_outbound_headers=False))
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(1 << 24)
        self.answers, self.over = {}, set()
        self.is_closed = False
        self.flush()

    def flush(self):
        data = self.h2.data_to_send()
        try:
            if data:
                self.socket.sendall(data)
        except OSError:
            self.is_closed = True

    def begin(self, path, method="GET", host="h.test", fields=(), ends=True):
        """Sends the head of a request; the number of its stream."""
        stream = self.h2.get_next_available_stream_id()
        head = [(":method", method), (":scheme", self.scheme), (":authority", host), (":path", path)] + list(fields)
        self.h2.send_headers(stream, head, end_stream=ends)
        self.answers[stream] = Answer()
        self.flush()
        return stream

    def send(self, stream, data, ends=False):
        """Sends a piece of a body that the windows have room for."""
        try:
            self.h2.send_data(stream, data, end_stream=ends)
        except ProtocolError:
            return
        self.flush()

    def answer(self, stream):
        """The answer on the stream, once it is over."""
        answer = self.answers[stream]
        while stream not in self.over and not self.is_closed:
            try:
                data = self.socket.recv(1 << 17)
            except TimeoutError:
                answer.fault = "silence"
                return answer
            except OSError:
                data = b""
            if not data:
                self.is_closed = True
                break
            try:
                for event in self.h2.receive_data(data):
                    self._note(event)
            except ProtocolError as error:
                answer.fault = "not HTTP/2: %s" % error
                self.is_closed = True
            self.flush()
        if stream not in self.over:
            answer.fault = answer.fault or "the connection ended"
        return answer

    def _note(self, event):
        answer = self.answers.get(getattr(event, "stream_id", None))
        if isinstance(event, ConnectionTerminated):
            self.is_closed = True
        if answer is None:
            return
        if isinstance(event, InformationalResponseReceived):
            answer.interim.append(int(dict(event.headers)[b":status"]))
        elif isinstance(event, ResponseReceived):
            answer.fields = list(event.headers)[1:]
            answer.status = int(event.headers[0][1])
        elif isinstance(event, DataReceived):
            answer.body += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self.over.add(event.stream_id)
        elif isinstance(event, StreamReset):
            # An answer that is whole may be followed by a reset that ends the request (RFC 9113, section 8.1).
            if event.stream_id not in self.over:
                answer.fault = "RST %s" % ErrorCodes(event.error_code).name
                self.over.add(event.stream_id)

    def get(self, path, **more):
        """The answer to a request without a body."""
        return self.answer(self.begin(path, **more))

    def close(self):
        self.socket.close()
