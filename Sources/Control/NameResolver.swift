internal import Bytes
internal import Net
internal import Synchronization

#if canImport(Glibc)
    private import Glibc
#endif

/// Looks names up on threads of its own, because getaddrinfo(3) blocks.
final class NameResolver {
    /// How many names are looked up at a time.
    static let width = 4

    private struct Answer: Sendable {
        let name: String
        let addresses: [IPAddress]
    }

    /// The names that wait, and a permit for each of them.
    private final class Waiting: Sendable {
        let names = Mutex<[String]>([])
        let semaphore: Net.Semaphore

        init() throws(SystemError) { semaphore = try Net.Semaphore() }

        func append(_ name: String) {
            names.withLock { $0.append(name) }
            semaphore.signal()
        }

        /// The next name; nil when the resolver is gone.
        func next() -> String? {
            semaphore.wait()
            return names.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }
    }

    private let waiting: Waiting
    private let mailbox: Mailbox<Answer>
    private var callers: [String: [([IPAddress]) -> Void]] = [:]
    private var threads: [Thread] = []

    /// A resolver whose answers are given on the loop's thread.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptor.
    init(on loop: EventLoop) throws(SystemError) {
        waiting = try Waiting()
        mailbox = try Mailbox()
        try loop.receive(from: mailbox) { [weak self] answer in self?.take(answer) }
    }

    deinit { waiting.semaphore.signal(threads.count) }

    /// Looks the name up and reports its addresses, sorted, each once; none when it has none or nobody can tell.
    ///
    /// A name that is being looked up already is not asked for twice. An address stands for itself.
    func resolve(_ name: String, found: @escaping ([IPAddress]) -> Void) {
        callers[name, default: []].append(found)
        guard callers[name]?.count == 1 else { return }
        if threads.count < min(Self.width, callers.count) { startThread() }
        waiting.append(name)
    }

    private func startThread() {
        threads.append(
            Thread.start(name: "resolver") { [waiting, mailbox] in
                while let name = waiting.next() {
                    mailbox.post(Answer(name: name, addresses: Self.lookUp(name)))
                }
            })
    }

    private func take(_ answer: Answer) {
        for found in callers.removeValue(forKey: answer.name) ?? [] { found(answer.addresses) }
    }

    private static func lookUp(_ name: String) -> [IPAddress] {
        if let address = IPAddress(name) { return [address] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
            guard let entry, let address = address(entry.pointee), !addresses.contains(address) else { continue }
            addresses.append(address)
        }
        return addresses.sorted { ($0.isIPv6 ? 1 : 0, $0.upper, $0.lower) < ($1.isIPv6 ? 1 : 0, $1.upper, $1.lower) }
    }

    private static func address(_ entry: addrinfo) -> IPAddress? {
        let bytes = UnsafeRawPointer(entry.ai_addr)
        switch entry.ai_family {
        case AF_INET:
            let address = bytes?.loadUnaligned(as: sockaddr_in.self)
            return address.map { IPAddress(ipv4: UInt32(bigEndian: $0.sin_addr.s_addr)) }
        case AF_INET6:
            guard let address = bytes?.loadUnaligned(as: sockaddr_in6.self) else { return nil }
            return withUnsafeBytes(of: address.sin6_addr) {
                IPAddress(
                    ipv6: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                    UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
            }
        default:
            return nil
        }
    }
}
