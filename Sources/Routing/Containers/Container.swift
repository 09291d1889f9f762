/// A running container, as the Docker API reports it.
package struct Container: Hashable, Sendable {
    /// The full id.
    package var id: String
    /// The name without its leading slash.
    package var name: String
    /// The image as it was named at creation, `registry:2`.
    package var image: String
    /// When it was created, in nanoseconds since 1970 (a coarser clock will do): the oldest container wins conflicts.
    package var created: Int64
    /// The environment, `Config.Env`.
    package var environment: [String: String]
    /// The labels.
    package var labels: [String: String]
    /// The networks that it is attached to; the network named `host` stands for host networking.
    package var networks: [NetworkAttachment]
    /// The keys of `NetworkSettings.Ports`.
    package var ports: [Port]
    /// The keys of `Config.ExposedPorts`, which count where `ports` is empty.
    package var exposedPorts: [Port]
    /// What its health check says.
    package var health: Health
    /// `VIRTUAL_HOST_MULTIPORTS`, decoded; nil where it is not set. `VIRTUAL_HOST` means nothing beside it.
    package var multiports: Multiports?

    /// A port of a container.
    package struct Port: Hashable, Sendable {
        /// The number inside the container.
        package var number: UInt16
        /// `tcp`, `udp` or `sctp`.
        package var transport: String
        /// Whether it is also published on the host.
        package var isPublished: Bool

        /// A port inside a container.
        package init(_ number: UInt16, transport: String = "tcp", isPublished: Bool = false) {
            self.number = number
            self.transport = transport
            self.isPublished = isPublished
        }
    }

    /// What a health check says of a container.
    package enum Health: Hashable, Sendable {
        /// It passes.
        case healthy
        /// There is no health check.
        case none
        /// It has not passed yet.
        case starting
        /// It fails.
        case unhealthy
    }

    /// A container without ports, networks or health check where none are given.
    package init(
        id: String,
        name: String,
        image: String = "",
        created: Int64 = 0,
        environment: [String: String] = [:],
        labels: [String: String] = [:],
        networks: [NetworkAttachment] = [],
        ports: [Port] = [],
        exposedPorts: [Port] = [],
        health: Health = .none
    ) {
        self.id = id
        self.name = name
        self.image = image
        self.created = created
        self.environment = environment
        self.labels = labels
        self.networks = networks
        self.ports = ports
        self.exposedPorts = exposedPorts
        self.health = health
    }
}
