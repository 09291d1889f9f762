private import Glibc
internal import Passwords

/// The terminal that the command was started from, whatever its standard streams are (tty(4), termios(3)).
struct Terminal: ~Copyable {
    private let descriptor: Int32

    /// Opens the terminal, or gives nil when there is none.
    init?() {
        descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Asks for a line that is not shown while it is typed. Nil when the user cancelled.
    func askSecret(_ prompt: String) -> SecretBytes? {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return nil }
        // Whatever would end this process has to wait until the terminal shows what is typed again.
        var endings = sigset_t()
        var earlierMask = sigset_t()
        sigemptyset(&endings)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&endings, signal) }
        pthread_sigmask(SIG_BLOCK, &endings, &earlierMask)
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG | IEXTEN)
        tcsetattr(descriptor, TCSAFLUSH, &silent)
        defer {
            tcsetattr(descriptor, TCSAFLUSH, &settings)
            put("\n")
            pthread_sigmask(SIG_SETMASK, &earlierMask, nil)
        }
        put(prompt)
        return readLine()
    }

    private func readLine() -> SecretBytes? {
        var line = SecretLine()
        defer { line.erase() }
        var pending = sigset_t()
        while true {
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&watched, 1, 200)
            sigpending(&pending)
            let isEnding = [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains { sigismember(&pending, $0) == 1 }
            if isEnding { return nil }
            guard count > 0 else { continue }
            var byte: UInt8 = 0
            guard read(descriptor, &byte, 1) == 1 else { return nil }
            switch line.type(byte) {
            case .open: continue
            case .entered: return line.bytes.withUnsafeBytes { SecretBytes($0) }
            case .cancelled: return nil
            }
        }
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }
}
