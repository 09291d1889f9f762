private import CLinux
private import Glibc
private import Synchronization

/// A running thread (pthreads(7)).
package struct Thread: Sendable {
    private let handle: pthread_t

    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread that runs `body` and ends with it. The first 15 bytes of the name are shown by ps and top.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Thread {
        var handle = pthread_t()
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let result = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                portico_name_thread(String(start.name.prefix(15)))
                start.body()
                return nil
            }, start.toOpaque())
        precondition(result == 0, "pthread_create failed with error \(result)")
        return Thread(handle: handle)
    }

    /// Lets the calling thread, and no other, yield to the rest of the process when the processors are busy (setpriority(2)).
    package static func lowerPriority() { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5) }

    /// Calls the body with each number below the count, in no order and on as many threads as there are processors, the calling
    /// one among them; returns when all is done.
    package static func perform(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let next = Counter()
        let work: @Sendable () -> Void = {
            while true {
                let number = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
                guard number < count else { return }
                body(number)
            }
        }
        let helpers = (1..<max(min(Processors.available, count, mostHelping), 1)).map { _ in
            start(name: "portico-helper", work)
        }
        work()
        for helper in helpers { helper.join() }
    }

    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    /// Beyond that they would mostly wait for memory.
    private static let mostHelping = 4

    /// Waits until the thread has ended. At most one caller may do so.
    package func join() { pthread_join(handle, nil) }
}
