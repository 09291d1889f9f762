internal import ArgumentParser
internal import Control
private import FoundationEssentials

/// `portico serve`.
struct ServeCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "serve",
            abstract: "Serve: route requests to containers and static backends (the default).",
            discussion: """
                Everything that changes is live at once: containers, certificates, files in vhost.d, passwords. Requests \
                under way are never cut by a change.

                Variables of nginx-proxy are read as it reads them; the README has the table, and `portico migrate` says \
                what is different. An option wins over its variable.

                Signals: TERM and INT let requests under way finish, a second one ends at once. HUP reads everything \
                again. USR1 opens the log files anew. USR2 starts the program anew, which takes over the listening sockets; \
                this one ends when its requests have.
                """)
    }

    @Option(
        help: ArgumentHelp(
            "Where to serve plain HTTP: ADDR:PORT, a port, or 'off'. Repeatable. (default: 0.0.0.0:80)",
            valueName: "addr:port"))
    var http: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where to serve HTTP over TLS: ADDR:PORT, a port, or 'off'. Repeatable. (default: 0.0.0.0:443)",
            valueName: "addr:port"))
    var https: [String] = []

    @OptionGroup var folders: FolderOptions

    @Option(
        help: ArgumentHelp("How many threads serve requests. (default: one a processor)", valueName: "number"))
    var workers: String?

    @Option(
        help: ArgumentHelp(
            "The socket on which `portico routes` asks this server. (default: $PORTICO_CONTROL, else portico.sock in "
                + "$XDG_RUNTIME_DIR or /run)", valueName: "path"))
    var control: String?

    @Option(
        help: ArgumentHelp(
            "Where the access log goes: a file, '-' for standard output, or 'off'. (default: -)", valueName: "path"))
    var accessLog: String?

    @Option(
        help: ArgumentHelp(
            "The folder for access.log, error.log and the files of access_log. (default: /var/log/nginx where it is "
                + "mounted)", valueName: "dir"))
    var logs: String?

    @Option(
        help: ArgumentHelp(
            "How long requests under way may take to finish after TERM. (default: 30)", valueName: "seconds"))
    var drainTimeout: String?

    @Option(
        help: ArgumentHelp(
            "How many logins may fail, of one user at one address, before further ones have to wait; 'off' for any "
                + "number. (default: $LOGIN_ATTEMPTS, else 10)", valueName: "number"))
    var loginAttempts: String?

    @Option(
        help: ArgumentHelp(
            "The most memory that the process may have: a size such as 256m, or 'off'. Before it has more, the connections are "
                + "closed that hold the most. (default: $MEMORY_LIMIT, else four fifths of its control group's limit)",
            valueName: "size"))
    var memoryLimit: String?

    @Option(
        help: ArgumentHelp(
            "Whom to serve as: a user, and with a colon a group. What only root may read is still read. (default: "
                + "$PORTICO_USER, else whoever starts it)", valueName: "name[:group]"))
    var user: String?

    @Option(
        help: ArgumentHelp(
            "Whether the kernel confines the process that serves (Landlock, seccomp): auto, required or off. (default: "
                + "$PORTICO_SANDBOX, else auto)", valueName: "mode"))
    var sandbox: String?

    @Flag(
        help: ArgumentHelp(
            "Take over from the server that listens on the control socket, where there is one: its requests under way finish, "
                + "and no new one is lost."))
    var takeOver = false

    func run() throws {
        var options = folders.options
        options.http = http
        options.https = https
        options.workers = workers
        options.control = control
        options.accessLog = accessLog
        options.logFolder = logs ?? LogFolder.mounted
        options.drainTimeout = drainTimeout
        options.user = user
        options.sandbox = sandbox
        options.loginAttempts = loginAttempts
        options.memoryLimit = memoryLimit
        let environment = Environment(ProcessInfo.processInfo.environment)
        var settings = try Settings(options: options, environment: environment)
        // Before all else: it must hold nothing of what comes next.
        let monitor = try Monitor.start(settings)
        let inheritance = try Inheritance.find(&settings, environment: environment, takesOver: takeOver)
        let errorLog = settings.logFolder.flatMap { ErrorLogFile(path: Folders.joined($0, "error.log")) }
        do {
            try Supervisor(
                settings, monitor: monitor, inheritance: inheritance, environment: environment,
                log: ServerLog.logger(file: errorLog), errorLog: errorLog
            ).run()
        } catch {
            inheritance?.fail("\(error)")
            throw error
        }
    }
}
