internal import Logging
internal import Net
internal import Routing

/// One look at what an engine runs.
struct EngineSurvey {
    /// How long all of its answers together may take.
    static let patience = Duration.seconds(15)

    /// The containers that run.
    private(set) var containers: [Container] = []
    /// The one of nginx-proxy; nil where there is none.
    private(set) var proxy: RunningProxy?
    /// Where the proxy's container stands among the others' networks.
    private(set) var place = ProxyPlace.host
    /// Why not everything is known; nil where it is.
    private(set) var fault: String?

    /// Nothing was asked.
    init() {}

    /// Asks the engine; `name` is the name, or the beginning of the identifier, of the proxy's container, where it is not to
    /// be found by its image or label.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptor for a loop.
    init(_ settings: Settings, proxy name: String?) throws(SystemError) {
        guard settings.docker != .none else { return }
        let loop = try EventLoop()
        let clock = Agenda<Patience>(on: loop)
        clock.perform = { _ in loop.stop() }
        let log = Logger(label: "migrate") { _ in SwiftLogNoOpLogHandler() }
        let client = DockerClient(
            settings.docker, security: settings.engineSecurity, own: OwnContainer(), on: loop,
            resolver: try NameResolver(on: loop), log: log
        ) {}
        loop.turnEnded = { if client.isReady { loop.stop() } }
        clock.schedule(.end, after: Self.patience)
        client.start()
        loop.run()
        loop.turnEnded = nil
        containers = client.table.running
        if !client.isSynchronized { fault = "the engine's containers are not known: \(client.summary)" }
        if let found = Self.proxy(
            among: containers, named: name, label: settings.containerLabel ?? OwnContainer.defaultLabel)
        {
            place = Self.place(of: found)
            let inbox = Inbox()
            client.inspect(found.id) { answer in
                inbox.json = try? answer.get()
                loop.stop()
            }
            clock.schedule(.end, after: Self.patience)
            loop.run()
            proxy = inbox.json.flatMap { try? RunningProxy(json: $0) }
        }
        if let name, proxy == nil, fault == nil { fault = "no container named \(name) runs" }
        client.stop()
        clock.close()
    }

    private enum Patience: CaseIterable {
        case end
    }

    private final class Inbox {
        var json: [UInt8]?
    }

    private static func proxy(among containers: [Container], named name: String?, label: String) -> Container? {
        if let name { return containers.first { $0.name == name || name.count >= 12 && $0.id.hasPrefix(name) } }
        return containers.first { $0.labels[label] != nil } ?? containers.first { RunningProxy.isImage($0.image) }
    }

    private static func place(of proxy: Container) -> ProxyPlace {
        let isHost = proxy.networks.contains { $0.name == "host" }
        return isHost ? .host : .container(id: proxy.id, networks: proxy.networks)
    }
}
