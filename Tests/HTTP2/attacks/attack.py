"""What an attack is."""

from connection import Closed, Connection

ALL = []

CALM = {"GOAWAY ENHANCE_YOUR_CALM"}
# A server that hangs up without a word keeps its bound all the same: the client may have stopped listening.
ENDED = CALM | {"closed"}


class Attack:
    """
    name      what it is called
    family    the file that it stands in
    bound     the name of the bound that ends it, as Portico calls it
    expected  what the server may do about it; one of these it must do on each connection. Empty: nothing is required of it,
              but that others are served and memory stays where it is
    memory    by how many MiB the server's memory may grow
    most_open how many requests may be open at the backend at once
    most_requests
              how many requests of the attack may reach the backend at all; None where it does not matter
    """

    def __init__(self, name, bound, expected, memory, most_open, most_requests, run):
        self.name, self.bound, self.expected, self.memory, self.most_open = name, bound, expected, memory, most_open
        self.most_requests = most_requests
        self.family = run.__module__.rpartition(".")[2]
        self.run = run


class Report:
    """What an attack found."""

    def __init__(self):
        self.connections = []
        self.sent = 0
        self.faults = []
        self.notes = []

    def ended(self, connection):
        """Takes note of what the server did on a connection, and closes it."""
        self.connections.append(connection.reactions())
        connection.close()

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def fault(self, text):
        self.faults.append(text)


def attack(name, bound, expected=frozenset(), memory=16, most_open=256, most_requests=None):
    """Adds the function to the list of attacks."""
    def add(run):
        ALL.append(Attack(name, bound, frozenset(expected), memory, most_open, most_requests, run))
        return run
    return add


def flood(target, report, make, limit, connections=2, batch=100, wait=1.5, prepare=None, until=None, size=0, pace=None,
          **options):
    """Sends what `make(connection, number)` returns, up to `limit` times on each connection, until the server ends it.

    `prepare(connection)` goes before, and its value is handed to `make` as third argument. Where each piece takes `size` octets
    of the first stream's window, they are sent only as there is room, for a stream that overruns it ends by that alone. With
    `pace(connection, sent)` the next batch goes out when that holds, so that no more streams are open than may be.
    """
    for _ in range(connections):
        connection = Connection(target, **options)
        sent = 0
        try:
            connection.wait(lambda: connection.server_settings, 5)
            value = prepare(connection) if prepare else None
            while sent < limit and not connection.goaways and not (until and until(connection)):
                if size and not connection.wait(lambda: (sent + batch) * size <= connection.window(1), 5):
                    report.note("the window stays shut")
                    break
                octets = b"".join(make(connection, sent + index, value) for index in range(batch))
                sent += batch
                if not connection.send(octets):
                    report.note("the server reads no more")
                    break
                if pace:
                    connection.wait(lambda: connection.goaways or pace(connection, sent), 0.3)
        except Closed:
            pass
        connection.reads = True
        # On a busy machine a word may be long in coming; what comes later than the next ones is not for this, but because
        # nothing came any more.
        connection.wait(connection.reactions, 10)
        connection.wait(lambda: connection.goaways and connection.closed, wait)
        report.sent += sent
        report.ended(connection)
