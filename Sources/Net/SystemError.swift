private import CLinux

/// A system call that failed: which one, and the error number that it left.
package struct SystemError: Error, Equatable, Sendable {
    /// The name of the C function.
    package let call: StaticString
    /// The error number (errno(3)).
    package let code: Int32

    /// The failure of `call` with an error number.
    package init(call: StaticString, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The failure of `call` with the calling thread's current errno.
    package static func current(_ call: StaticString) -> SystemError {
        SystemError(call: call, code: portico_errno())
    }

    package static func == (a: SystemError, b: SystemError) -> Bool { a.code == b.code }
}

extension SystemError {
    /// The failure of `call` because memory has run out (ENOMEM).
    package static func outOfMemory(_ call: StaticString) -> SystemError { SystemError(call: call, code: ENOMEM) }

    /// Whether the call would have had to wait (EAGAIN).
    package var isWouldBlock: Bool { code == EAGAIN }

    /// Whether there is nothing at the path, rather than something that cannot be reached (ENOENT, ENOTDIR).
    package var isAbsence: Bool { code == ENOENT || code == ENOTDIR }

    /// Whether the process or the system has no descriptor left (EMFILE, ENFILE).
    package var isDescriptorShortage: Bool { code == EMFILE || code == ENFILE }
}

extension SystemError: CustomStringConvertible {
    package var description: String { "\(call): \(message)" }

    /// The error number in words (strerror(3)).
    package var message: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            guard let start = text.baseAddress, portico_error_text(code, start, text.count) == 0 else {
                return "error \(code)"
            }
            return String(cString: start)
        }
    }
}
