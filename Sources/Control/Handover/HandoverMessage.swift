internal import Bytes
internal import Proxy

/// What a server and the one that takes over from it tell each other, each in one packet.
enum HandoverMessage: Equatable {
    /// The sockets beside this listen here.
    case listener(ListenAddress)
    /// The socket beside this is where questions about the server come to.
    case control
    /// That was all. Whether the server knows the containers of its engine, so that the new one has to know them too.
    case complete(knowsContainers: Bool)
    /// The new server, of this process, serves as well.
    case ready(process: Int32)
    /// The new server cannot serve; the text says why.
    case failed(String)
    /// The old server accepts nothing more.
    case released
    /// The old server takes its offer back: it goes on alone, or ends for good.
    case withdrawn

    /// The most bytes of a message.
    static let limit = 16_384

    private enum Kind: UInt8 {
        case listener = 1
        case control = 2
        case complete = 3
        case ready = 4
        case failed = 5
        case released = 6
        case withdrawn = 7
    }

    /// The bytes of the message.
    var encoded: [UInt8] {
        switch self {
        case .listener(let address):
            var writer = MessageWriter(kind: Kind.listener.rawValue)
            writer.put(address.isSecure)
            writer.put(address.isExternal)
            writer.put("\(address.endpoint.address)")
            writer.put(address.endpoint.port)
            return writer.bytes
        case .control: return MessageWriter(kind: Kind.control.rawValue).bytes
        case .complete(let knowsContainers):
            var writer = MessageWriter(kind: Kind.complete.rawValue)
            writer.put(knowsContainers)
            return writer.bytes
        case .ready(let process):
            var writer = MessageWriter(kind: Kind.ready.rawValue)
            writer.put(process)
            return writer.bytes
        case .failed(let text):
            var writer = MessageWriter(kind: Kind.failed.rawValue)
            writer.put(String(text.prefix(Self.limit / 8)))
            return writer.bytes
        case .released: return MessageWriter(kind: Kind.released.rawValue).bytes
        case .withdrawn: return MessageWriter(kind: Kind.withdrawn.rawValue).bytes
        }
    }

    /// Reads a message.
    ///
    /// - Throws: `MessageError` for what `encoded` would not write.
    init(_ bytes: [UInt8]) throws(MessageError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(MessageError) in try Self.read(bytes) }
        }
        self = try result.get()
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws(MessageError) -> HandoverMessage {
        var reader = MessageReader(bytes)
        guard let kind = Kind(rawValue: try reader.number()) else { throw .unknown }
        let message: HandoverMessage
        switch kind {
        case .listener:
            let isSecure = try reader.flag()
            let isExternal = try reader.flag()
            guard let address = IPAddress(try reader.text()) else { throw .unknown }
            let endpoint = Endpoint(address: address, port: try reader.number())
            message = .listener(ListenAddress(endpoint, isSecure: isSecure, isExternal: isExternal))
        case .control: message = .control
        case .complete: message = .complete(knowsContainers: try reader.flag())
        case .ready: message = .ready(process: try reader.number())
        case .failed: message = .failed(try reader.text())
        case .released: message = .released
        case .withdrawn: message = .withdrawn
        }
        try reader.end()
        return message
    }
}
