internal import Bytes
internal import Net
internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// The process of a running server, found through its control socket.
package struct ServerProcess: Sendable {
    /// What it can be told by a signal.
    package enum Request: Sendable {
        /// Let requests under way finish, then end (SIGTERM).
        case end
        /// Read everything again (SIGHUP).
        case readAgain
        /// Open the log files anew (SIGUSR1).
        case reopenLogs
    }

    /// Its number.
    package let identifier: Int32

    /// The process that listens on the control socket (SO_PEERCRED, unix(7)), else process 1 where that is a server, as it is
    /// in a container.
    ///
    /// - Throws: `ControlClientError.silent` when there is neither.
    package static func find(controlSocket: String) throws(ControlClientError) -> ServerProcess {
        let reason: String
        do throws(SystemError) {
            let socket = try Socket.connect(to: .unix(controlSocket))
            // struct ucred: the process, its user and its group.
            var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
            var length = socklen_t(MemoryLayout.size(ofValue: credentials))
            guard getsockopt(socket.raw, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0, credentials.0 > 0 else {
                throw .current("getsockopt")
            }
            return ServerProcess(identifier: credentials.0)
        } catch {
            reason = error.message
        }
        if case .bytes(let name) = FileReading(of: "/proc/1/comm").content, name.starts(with: "portico".utf8),
            getpid() != 1
        {
            return ServerProcess(identifier: 1)
        }
        throw .silent(controlSocket, reason)
    }

    /// Tells the process something; false when the system does not permit that.
    package func tell(_ request: Request) -> Bool {
        let signal =
            switch request {
            case .end: SIGTERM
            case .readAgain: SIGHUP
            case .reopenLogs: SIGUSR1
            }
        return kill(identifier, signal) == 0
    }
}
