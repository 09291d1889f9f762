internal import Control

/// A message of the process that follows the engine, which may be anybody's by now: what is taken has one form.
enum DiscoveryCheck {
    static func run(_ input: [UInt8]) throws(Violation) {
        let bytes = ExactBytes(input)
        guard let message = try? DiscoveryMessage(UnsafeRawBufferPointer(bytes.memory)) else { return }
        let again = message.encoded
        try require(again.count == input.count, "a message is as long as what it says")
        let read = again.withUnsafeBytes { try? DiscoveryMessage($0) }
        try requireEqual(read, message, "what is written is what was read")
    }
}
