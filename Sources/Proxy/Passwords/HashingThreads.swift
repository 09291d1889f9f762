package import Bytes
package import Net
package import Passwords

/// The few threads that check passwords, so that no worker ever does.
///
/// All workers share them. The same credential is hashed once however many requests bring it, and the queue is bounded:
/// whoever finds it full is told so at once. The threads yield to the workers when the processors are busy.
package final class HashingThreads: Sendable {
    /// The most passwords that may wait.
    package static let queueLimit = 256

    private let queue: HashQueue
    private let threads: [Thread]

    /// Starts `count` threads.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptor.
    package init(count: Int = defaultCount, queueLimit: Int = queueLimit) throws(SystemError) {
        precondition(count > 0, "passwords need a thread to be checked on")
        let queue = try HashQueue(limit: queueLimit)
        self.queue = queue
        threads = (0..<count).map { number in
            Thread.start(name: "hash-\(number)") {
                Thread.lowerPriority()
                while let job = queue.next() { queue.finish(job.key, Self.verdict(on: job)) }
            }
        }
    }

    /// Waits for the hash that is being made and ends the threads. What still waited is never delivered.
    deinit {
        queue.close(threads: threads.count)
        for thread in threads { thread.join() }
    }

    /// One thread for each processor that the process may use, but at most two: logins are rare, traffic is not.
    package static var defaultCount: Int { min(Processors.available, 2) }

    /// Checks a password on one of the threads. False, and nothing happens, when too many wait already.
    ///
    /// - Parameters:
    ///   - key: what the credential is known by; one of its checks at a time is under way.
    ///   - password: copied at once, and the copy wiped when it was hashed.
    ///   - origin: the network that it comes from, which gets its turn among others and may have no more than a part of the
    ///     queue; nil for a password that was right lately, which goes before all others.
    ///   - deliver: called once with the verdict, on a hashing thread.
    package func check(
        _ key: CredentialKey, _ hash: PasswordHash, password: UnsafeRawBufferPointer, from origin: IPAddress?,
        deliver: @escaping @Sendable (CredentialKey, CredentialVerdict) -> Void
    ) -> Bool {
        queue.add(key, from: origin, delivery: deliver) {
            HashQueue.Job(key: key, hash: hash, password: SecretBytes(password))
        }
    }

    private static func verdict(on job: HashQueue.Job) -> CredentialVerdict {
        job.password.withBytes { password in
            do throws(PasswordError) {
                return try job.hash.verify(password) ? .accepted : .refused
            } catch {
                return .failed
            }
        }
    }
}
