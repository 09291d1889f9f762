"""An honest client, which asks again and again while others misbehave."""

import threading
import time

from http1 import Client


class Honest:
    """Asks over a connection that it keeps, and opens a new one for each tenth request."""

    def __init__(self, door, source="127.0.0.2", path="/"):
        self.door, self.source, self.path = door, source, path
        self.times, self.faults = [], []
        self._is_over = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        client = None
        count = 0
        while not self._is_over:
            began = time.monotonic()
            if client is None or count % 10 == 0:
                if client:
                    client.close()
                client = self._connect()
            status = self._ask(client)
            # What is closed between two requests is opened anew, as every client does it.
            if status == 0 and count % 10:
                client = self._connect()
                status = self._ask(client)
            self.times.append(time.monotonic() - began)
            if status != 200:
                self.faults.append(status)
            count += 1
            time.sleep(0.002)

    def _connect(self):
        try:
            return Client(self.door.port, source=(self.source, 0), patience=15)
        except OSError:
            return None

    def _ask(self, client):
        if client is None:
            return 0
        client.send(b"GET %s HTTP/1.1\r\nHost: h.test\r\n\r\n" % self.path.encode())
        answer = client.answer()
        return answer.status if answer is not None and not answer.fault else 0

    def mark(self):
        """Forgets the times so far, and returns them."""
        times, self.times = self.times, []
        return times

    def stop(self):
        self._is_over = True
        self._thread.join(30)


def p99(times):
    """In milliseconds."""
    return sorted(times)[len(times) * 99 // 100] * 1000 if times else 0.0
