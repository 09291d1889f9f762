/// What a read from a byte stream brought. Having nothing to read yet is no error.
package enum ReadResult: Equatable {
    /// So many bytes, at least 1, at the start of the buffer.
    case bytes(Int)
    /// Nothing now; the loop will report when there is more.
    case wouldBlock
    /// The other side has ended its direction of the stream.
    case end
    /// The stream is broken.
    case failed(SystemError)
}

/// What became of bytes that were handed to a byte stream.
package enum WriteResult: Equatable {
    /// All of them are with the kernel.
    case complete
    /// All of them were taken, but some wait for the socket; the producer pauses until they are flushed.
    case pending
    /// The stream is broken.
    case failed(SystemError)
}
