"""Spellings of paths: what each may turn into behind a rule is for nginx to say."""

# Paths that a rule stands before, and one that none does.
GUARDED = ("/admin/x", "/admin", "/exact", "/a.secret", "/private/x", "/login/x", "/net/x", "/index.php", "/gone/x",
           "/admin/public/x", "/static/x.secret", "/open/x", "/files/x")


def _ways():
    yield "as it is", lambda path: path
    yield "upper case", lambda path: path.upper()
    yield "first letter in upper case", lambda path: "/" + path[1].upper() + path[2:]
    yield "first letter encoded", lambda path: "/%%%02x" % ord(path[1]) + path[2:]
    yield "first letter encoded in upper case", lambda path: "/%%%02X" % ord(path[1]) + path[2:]
    yield "first letter encoded twice", lambda path: "/%%25%02x" % ord(path[1]) + path[2:]
    yield "last letter encoded", lambda path: path[:-1] + "%%%02x" % ord(path[-1])
    yield "every octet encoded", lambda path: "/" + "".join("%%%02x" % ord(octet) for octet in path[1:])
    yield "first letter as %u", lambda path: "/%%u%04x" % ord(path[1]) + path[2:]
    yield "first letter overlong", lambda path: "/%%c1%%%02x" % (0x80 | ord(path[1]) & 0x3F) + path[2:]
    yield "first letter full width", lambda path: "/%%ef%%bd%%%02x" % (ord(path[1]) - 0x61 + 0x81 & 0xFF) + path[2:]
    for slashes in ("//", "///", "/./", "/././", "/%2e/", "/%2E/", "/.//", "/%2f", "/%2F", "/%5c", "\\", "/\\", "/;/", "/;a/", "/;",
                    "/.;/", "/..;/", "/x/../", "/x/%2e%2e/", "/x/.%2e/", "/x/%2E./", "/x/..;/", "/x/..;a=b/", "/x/..%2f", "/x/..\\",
                    "/x/..%5c", "/x//../", "/x//..//", "/x/y/../../", "/x%2f../", "/x%2f..%2f", "/%2e%2e/", "/../", "/..%2f",
                    "/%2e%2e%2f", "/%252e%252e/", "/x/%252e%252e/", "/%c0%af", "/%c0%ae/", "/x/%c0%ae%c0%ae/", "/x/%e0%80%ae./",
                    "/%ef%bc%8f", "/%e2%80%a5/", "/%00/", "/%20", "/%09", "/%0a", "/%0d%0a", "/%0d", "/ ", "/\t", "/%ff", "/%",
                    "/%2", "/%zz", "/?/", "/#/", "/%3f/", "/%23/", "/*/", "/~/", "/:/", "/@/", "/x/../x/../", "/static/../",
                    "/static/%2e%2e/", "/static/..;/", "/static/..%2f", "/files/../", "/files/..%2f", "/open/../", "/open/%2e%2e/",
                    "/admin/public/../../", "/admin/public/%2e%2e/%2e%2e/", "/admin/public/..%2f..%2f", "/.", "/..", "/.%2f"):
        yield "behind %r" % slashes, lambda path, slashes=slashes: slashes + path[1:]
    for tail in ("/", "//", "/.", "/..", "/../", "/./", "/x/..", "/../x", "%2f", "%2f..", ".", "..", ";", ";a", ";a=b", ";.css", "%00",
                 "%00.css", "%20", "%09", "%0a", "%0d", "%0d%0a", " ", "?", "?x", "?/../open", "%3f", "%3fx", "#", "%23", "\\", "%5c",
                 "%5c..", "/%2e", "/%2e%2e", "/%2e%2e/", "~", ".css", "/.css", ".php", "/x.php", ".secret", "%2esecret", "/x.secret/",
                 "*", "%ff", "%c0%af", "%c0%80", "::$DATA", "%", "%2", "/../../open/x", "/%2e%2e/%2e%2e/open/x", "/..%2f..%2fopen/x",
                 "/..;/..;/open/x", "/public/x", "/public/../x", "/public/%2e%2e/x", "/public%2f..%2fx", "/public/..%2fx",
                 "%2fpublic/x", "%2fpublic%2fx"):
        yield "before %r" % tail, lambda path, tail=tail: path + tail
    for middle in ("//", "/./", "/%2e/", "%2f", "%2F", "%5c", "\\", ";/", ";a=b/", "/;/", "/x/../", "/x/%2e%2e/", "/..;/", "%00/", ".%2f",
                   "/.;/", "%252f", "%c0%af", "/%20/", "%20/", "%09/", "./", "%2e/"):
        yield "parted by %r" % middle, lambda path, middle=middle: path[0] + path[1:].replace("/", middle, 1)
    for scheme in ("http://rules.test", "HTTP://RULES.TEST", "https://rules.test", "http://rules.test:80", "http://rules.test.",
                   "http://rules.test/", "http://other.test"):
        yield "of %s" % scheme, lambda path, scheme=scheme: scheme + path


SPELLINGS = [(guarded, name, spell(guarded)) for guarded in GUARDED for name, spell in _ways()]
