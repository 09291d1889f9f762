private import CCrypt
private import COpenSSL

/// Hashing by the system's libcrypt (crypt_rn(3), crypt_gensalt_rn(3)).
enum Crypt {
    /// Hashes the password in the way that `setting` asks for, which is an earlier hash or the start of one.
    ///
    /// - Throws: `PasswordError.hashingFailed`.
    static func hash(
        _ password: UnsafeRawBufferPointer, _ setting: [UInt8], _ scheme: PasswordScheme
    ) throws(PasswordError) -> [UInt8] {
        // libcrypt needs 32 KiB that start as zeros; every trace of the password goes with them.
        let size = MemoryLayout<crypt_data>.size
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size + password.count + 1, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        defer {
            OPENSSL_cleanse(memory.baseAddress, memory.count)
            memory.deallocate()
        }
        UnsafeMutableRawBufferPointer(rebasing: memory[size...]).copyMemory(from: password)

        let result: [UInt8]? = (setting + [0]).withUnsafeBytes { setting in
            guard let data = memory.baseAddress, let setting = setting.baseAddress,
                let text = crypt_rn(
                    (data + size).assumingMemoryBound(to: CChar.self), setting.assumingMemoryBound(to: CChar.self),
                    data,
                    Int32(size))
            else { return nil }
            return Array(String(cString: text).utf8)
        }
        guard let result else { throw .hashingFailed(scheme) }
        return result
    }

    /// Hashes a password with a fresh salt.
    ///
    /// - Throws: `PasswordError.hashingFailed`.
    static func make(
        _ password: UnsafeRawBufferPointer, prefix: String, cost: Int, _ scheme: PasswordScheme
    ) throws(PasswordError) -> String {
        let random = RandomBytes.make(16)
        let setting: [UInt8]? = withUnsafeTemporaryAllocation(
            of: CChar.self, capacity: Int(CRYPT_GENSALT_OUTPUT_SIZE)
        ) { output in
            let result = random.withUnsafeBytes { random in
                crypt_gensalt_rn(
                    prefix, UInt(cost), random.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(random.count),
                    output.baseAddress, Int32(output.count))
            }
            return result.map { Array(String(cString: $0).utf8) }
        }
        guard let setting else { throw .hashingFailed(scheme) }
        return String(decoding: try hash(password, setting, scheme), as: UTF8.self)
    }
}
