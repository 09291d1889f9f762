private import COpenSSL

/// A running MD5 or SHA-1 (EVP_DigestInit(3)).
struct Digest: ~Copyable {
    /// The two digests that old hashes of passwords are made of.
    enum Algorithm {
        case md5
        case sha1

        /// How many bytes the digest has.
        var length: Int {
            switch self {
            case .md5: 16
            case .sha1: 20
            }
        }
    }

    private let state: OpaquePointer
    private let algorithm: Algorithm

    /// A digest of nothing yet. The process ends when OpenSSL lacks memory or was built without the algorithm.
    init(_ algorithm: Algorithm) {
        self.algorithm = algorithm
        guard let state = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        self.state = state
        let result = EVP_DigestInit_ex(state, algorithm == .md5 ? EVP_md5() : EVP_sha1(), nil)
        precondition(result == 1, "this OpenSSL has no \(algorithm)")
    }

    deinit { EVP_MD_CTX_free(state) }

    /// Adds bytes.
    func add(_ bytes: UnsafeRawBufferPointer) { EVP_DigestUpdate(state, bytes.baseAddress, bytes.count) }

    /// Adds bytes.
    func add(_ bytes: [UInt8]) { EVP_DigestUpdate(state, bytes, bytes.count) }

    /// The digest of all that was added. The next bytes begin a new one.
    func finish() -> [UInt8] {
        let digest = [UInt8](unsafeUninitializedCapacity: algorithm.length) { memory, filled in
            EVP_DigestFinal_ex(state, memory.baseAddress, nil)
            filled = algorithm.length
        }
        EVP_DigestInit_ex(state, nil, nil)
        return digest
    }
}
