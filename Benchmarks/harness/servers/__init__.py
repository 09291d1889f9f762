"""The proxies, each in a file of its own."""

from .caddy import Caddy
from .h2o import H2O
from .haproxy import HAProxy
from .nginx import Nginx
from .portico import Portico

ALL = {server.name: server for server in (Nginx, Portico, HAProxy, Caddy, H2O)}
