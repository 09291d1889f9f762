import Net
import Testing

@Suite("Mailboxes", .timeLimit(.minutes(10)))
struct MailboxTests {
    @Test("hand over what many threads post, each one's in its order, and lose nothing")
    func threads() throws {
        let mailbox = try Mailbox<(thread: Int, number: Int)>()
        let loop = try EventLoop()
        var received: [Int: [Int]] = [:]
        var count = 0
        try loop.receive(from: mailbox) { message in
            received[message.thread, default: []].append(message.number)
            count += 1
            if count == 40_000 { loop.stop() }
        }
        let threads = (0..<4).map { thread in
            Thread.start(name: "poster-\(thread)") {
                for number in 0..<10_000 { mailbox.post((thread, number)) }
            }
        }
        loop.run()
        for thread in threads { thread.join() }
        #expect((0..<4).allSatisfy { received[$0] == Array(0..<10_000) })
    }

    @Test("hand over what was posted before the loop ran, and what is posted while it hands over")
    func early() throws {
        let mailbox = try Mailbox<Int>()
        let loop = try EventLoop()
        mailbox.post(3)
        var received: [Int] = []
        try loop.receive(from: mailbox) { number in
            received.append(number)
            if number > 0 { mailbox.post(number - 1) } else { loop.stop() }
        }
        loop.run()
        #expect(received == [3, 2, 1, 0])
    }

    @Test("wake the loop of another thread, back and forth")
    func pingPong() throws {
        let ping = try Mailbox<Int>()
        let pong = try Mailbox<Int>()
        let thread = Thread.start(name: "ponger") {
            guard let loop = try? EventLoop() else { return }
            try? loop.receive(from: ping) { number in
                pong.post(number)
                if number == 0 { loop.stop() }
            }
            loop.run()
        }
        let loop = try EventLoop()
        var last = 1000
        try loop.receive(from: pong) { number in
            last = number
            if number > 0 { ping.post(number - 1) } else { loop.stop() }
        }
        ping.post(last)
        loop.run()
        thread.join()
        #expect(last == 0)
    }
}
