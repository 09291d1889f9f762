internal import Bytes
internal import Passwords

/// What a login is counted by, as far as the password file was not asked yet: nothing of it can be read back.
struct LoginAttempt: Sendable {
    /// The user at this network.
    let pair: LimitKey
    /// The network alone: an IPv4 address, or the 64 bits of an IPv6 address that one subscriber has.
    let network: LimitKey
    /// The user alone.
    let user: LimitKey
    /// The user with this password, as long as the line in the file stays the same.
    let credential: LimitKey

    /// An attempt of a client.
    ///
    /// - Parameters:
    ///   - file: the path of the password file, whose users they are.
    ///   - key: what the credential is known by.
    init(client: IPAddress, user name: UnsafeRawBufferPointer, file: String, key: CredentialKey) {
        let address = client.network
        network = LimitKey(tag: 1) { $0.combine(address) }
        user = LimitKey(tag: 2) { hasher in
            hasher.combine(file)
            hasher.combine(bytes: name)
        }
        pair = LimitKey(tag: 3) { hasher in
            hasher.combine(address)
            hasher.combine(file)
            hasher.combine(bytes: name)
        }
        credential = LimitKey(tag: 4) { $0.combine(key) }
    }
}

extension IPAddress {
    /// What stands for whoever has the address: the address, or of IPv6 the first 64 bits, of which one subscriber has many.
    var network: IPAddress { isIPv6 ? IPAddress(ipv6: upper, 0) : self }
}
