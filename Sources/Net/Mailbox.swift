private import CLinux
private import Glibc
private import Synchronization

/// A way into a loop for messages of other threads (eventfd(2)).
package final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Mutex<[Message]>([])
    fileprivate let descriptor: Int32

    /// An empty mailbox.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptor.
    package init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw .current("eventfd") }
    }

    deinit { close(descriptor) }

    /// Adds a message and wakes the loop. Callable from any thread; never blocks for long.
    package func post(_ message: Message) {
        let wasEmpty = messages.withLock { queue in
            queue.append(message)
            return queue.count == 1
        }
        guard wasEmpty else { return }
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    fileprivate func takeAll() -> [Message] {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        return messages.withLock { queue in
            let taken = queue
            queue = []
            return taken
        }
    }
}

/// A loop's end of a mailbox.
private final class MailboxReceiver<Message: Sendable>: EventSource {
    private let mailbox: Mailbox<Message>
    private let deliver: (Message) -> Void

    init(_ mailbox: Mailbox<Message>, deliver: @escaping (Message) -> Void) {
        self.mailbox = mailbox
        self.deliver = deliver
    }

    func ready(_ readiness: Readiness) {
        for message in mailbox.takeAll() { deliver(message) }
    }
}

extension EventLoop {
    /// Hands each message of the mailbox to `deliver` on this loop's thread, in the order in which they were posted.
    ///
    /// - Throws: `SystemError` when the kernel refuses to watch the mailbox.
    package func receive<Message>(
        from mailbox: Mailbox<Message>, deliver: @escaping (Message) -> Void
    ) throws(SystemError) {
        _ = try add(mailbox.descriptor, MailboxReceiver(mailbox, deliver: deliver), interest: .reading)
    }
}
