internal import Logging
internal import Net
internal import Proxy
internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// Taking over from another server, and being taken over from.
///
/// The other server gets the very sockets that are listened on, so that nobody who waits in their queues is lost, and says when it
/// serves. Until then this one goes on, and if it never does, as though nothing had been.
extension Supervisor {
    private var knowsContainers: Bool { configurator?.docker.isSynchronized == true }

    /// Whether another server serves until this one does.
    var isSuccession: Bool { inheritance?.isSuccession ?? false }

    func answerQuestions() throws(SystemError) {
        control = try listener.map { listener throws(SystemError) in
            try ControlSocket(listener, on: loop) { [unowned self] path in answer(path) }
        }
    }

    /// Whether a server that takes over would serve all that the other one serves, as far as it can know: that one may still have
    /// the last good version of a file that is broken now.
    func isFit(_ configuration: ServingConfiguration) -> Bool {
        guard settings.docker == .none || inheritance?.knowsContainers == false || knowsContainers else { return false }
        let faults = configurator?.current?.diagnostics.filter { $0.severity == .error && $0.file != nil } ?? []
        guard let fault = faults.first else { return true }
        let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
        fail(.takeover("\(fault)\(more)"))
        return false
    }

    func isServing() {
        agenda.schedule(.watchdog, after: .zero)
        ProgramMemory.releaseCode()
        // Of what the files were read and compiled with nothing is needed any more.
        ProcessMemory.trim()
        guard let inheritance, inheritance.isSuccession else {
            inheritance?.sockets.closeRest()
            notifier?.tell(.ready)
            return
        }
        do throws(SystemError) {
            try inheritance.succeed(
                on: loop, released: { [unowned self] in tookOver() },
                lost: { [unowned self] in fail(.takeover("the server before has taken its offer back")) })
        } catch {
            fail(.takeover(error.description))
        }
    }

    func tookOver() {
        inheritance?.sockets.closeRest()
        listener?.claim()
        do throws(SystemError) {
            try answerQuestions()
        } catch {
            log.warning("`portico routes` cannot ask this server: \(error)")
        }
        notifier?.tell(.ready)
        log.info("Took over from the server before")
    }

    func startSuccessor() {
        guard getpid() != 1 else {
            log.error(
                "Process 1 of a container ends with its container, so that no other process can take over from it.")
            return
        }
        guard offer == nil else { return log.warning("Another process is about to take over already") }
        log.info("Starting the program anew, to take over")
        do throws(SystemError) {
            let line = try offerHandover()
            try monitor.startSuccessor(line.raw)
        } catch {
            notTakenOver(error.description)
        }
    }

    /// Offers the listening sockets over a new line, of which the other end is returned.
    func offerHandover() throws(SystemError) -> FileDescriptor {
        let (own, other) = try SocketPair(.packets).release()
        let end = FileDescriptor(owning: other)
        offer = try HandoverOffer(
            workers?.listeners ?? [:], control: control?.raw, knowsContainers: knowsContainers,
            over: FileDescriptor(owning: own), on: loop, ready: { [unowned self] in takenOver(by: $0) },
            failed: { [unowned self] in notTakenOver($0) })
        return end
    }

    func takenOver(by process: Int32) {
        guard phase == .serving else { return }
        control?.handOver()
        control = nil
        notifier?.tell(.mainProcess(process))
        log.info(
            "Process \(process) has taken over: requests under way may take \(settings.drainTimeout.components.seconds) s more"
        )
        phase = .draining
        // Further ports are the other server's to open. But what a client asks for until it comes over there must not be decided
        // by what was known of containers, passwords and files before.
        externalListeners?.stop()
        externalListeners = nil
        agenda.schedule(.cutOff, after: settings.drainTimeout)
        agenda.schedule(.drain, after: min(Self.retirePatience, settings.drainTimeout / 2))
        workers?.retire()
        offer?.release()
    }

    func notTakenOver(_ reason: String) {
        offer = nil
        log.error("The new process does not take over, and this one serves on: \(reason)")
    }

    /// The line of a server that has asked to take over, with the answer to its question.
    func answerTakeover() -> ControlAnswer {
        guard phase == .serving, offer == nil else { return .message(503, "the server cannot hand over now") }
        do throws(SystemError) {
            let line = try offerHandover()
            log.info("Another server asks to take over")
            return ControlAnswer(status: 200, body: Array("{}\n".utf8), descriptor: line.release())
        } catch {
            notTakenOver(error.description)
            return .message(500, "the server cannot hand over")
        }
    }
}
