/// One worker's encoders, which are kept for the next answers, and the memory that they write to.
final class GzipEncoders {
    /// Each takes 270 KB; further answers are sent as they are.
    private static let mostInUse = 256
    private static let mostIdle = 16

    private let output = Scratch(size: GzipEncoder.outputSize)
    private var idle: ContiguousArray<GzipEncoder> = []
    private var inUse = 0

    /// Where a compressed piece is written, between the margins that whoever frames it may write to.
    var region: UnsafeMutableRawBufferPointer { output.region }

    /// An encoder for a body; nil where there are enough of them.
    func take(level: Int) -> GzipEncoder? {
        guard inUse < Self.mostInUse else { return nil }
        if let index = idle.lastIndex(where: { $0.level == level }) {
            inUse += 1
            return idle.remove(at: index)
        }
        guard let made = GzipEncoder(level: level) else { return nil }
        inUse += 1
        return made
    }

    /// Takes an encoder back.
    func giveBack(_ encoder: GzipEncoder) {
        inUse -= 1
        guard idle.count < Self.mostIdle else { return }
        encoder.reset()
        idle.append(encoder)
    }
}
