package import Net

/// Why a certificate and its key were not written.
package enum PairWriteError: Error, Equatable, Sendable {
    /// The name cannot be that of a file.
    case badName(String)
    /// A file of this path is there, and was not to be replaced.
    case exists(String)
    /// A system call failed on this path.
    case failed(String, SystemError)
}

extension PairWriteError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badName(let name): "\"\(name)\" cannot name a file"
        case .exists(let path): "\(path): there is such a file; --force replaces it"
        case .failed(let path, let error): "\(path): \(error.message) (\(error.call))"
        }
    }
}
