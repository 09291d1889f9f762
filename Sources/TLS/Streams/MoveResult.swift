package import Net

/// What became of bytes that the kernel was to move from one stream to another.
package enum MoveResult: Equatable {
    /// So many were moved, at least 1; what the other stream has made of them.
    case moved(Int, WriteResult)
    /// Nothing has come.
    case wouldBlock
    /// The peer has ended its direction of the stream.
    case end
    /// The stream from which they were to come is broken.
    case failed(SystemError)
    /// They have to be copied.
    case impossible
}
