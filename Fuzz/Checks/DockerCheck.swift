internal import Bytes
internal import Control
internal import Routing

/// What a container engine answers: events in a row, lists, and what it says of one container.
///
/// The same input stands for each. How it is cut must not change the values that are found in it.
enum DockerCheck {
    static func run(_ input: [UInt8]) throws(Violation) {
        let whole = split(input, arriving: Arrival(ends: [input.count]))
        for arrival in Arrival.all(of: input).dropFirst() {
            try requireEqual(
                split(input, arriving: arrival), whole, "the stream cut at \(arrival.ends.dropLast())")
        }
        var rest = input[...]
        for case .value(let value) in whole {
            try require(value.count <= limit, "no value is longer than allowed")
            guard let start = rest.indices.first(where: { rest[$0...].starts(with: value) }) else {
                throw Violation("\(value.text) stands in the input")
            }
            rest = rest[(start + value.count)...]
            if let event = try? DockerEvent.decode(value) {
                try require(!event.id.isEmpty, "an event is about someone")
            }
        }
        if let elements = JSONStreamSplitter.elements(ofArray: input) {
            for value in elements.values { try check(container: value) }
        }
        try check(container: input)
    }

    private static let limit = 1000

    private static func split(_ input: [UInt8], arriving arrival: Arrival) -> [JSONStreamSplitter.Piece] {
        var splitter = JSONStreamSplitter(maxLength: limit, maxDepth: 8)
        var pieces: [JSONStreamSplitter.Piece] = []
        for piece in arrival.pieces(of: input) {
            let bytes = ExactBytes(piece)
            splitter.append(UnsafeRawBufferPointer(bytes.memory)) { pieces.append($0) }
        }
        return pieces
    }

    /// Whatever a container asks for, the snapshot that comes of it is sound.
    private static func check(container json: [UInt8]) throws(Violation) {
        guard let inspected = try? InspectedContainer(json: json) else { return }
        let container = inspected.container
        let place = ProxyPlace.container(
            id: "proxy", networks: [NetworkAttachment("web", gateway: IPAddress(ipv4: 0x0a00_0001))])
        for place in [place, .host] {
            let inputs = SnapshotInputs(containers: [container], place: place, certificateNames: ["default"])
            let snapshot = SnapshotBuilder.build(inputs)
            try SnapshotShape.check(snapshot)
            for finding in snapshot.diagnostics { try Findings.checkText(finding) }
            for backend in snapshot.hosts.flatMap(\.locations).compactMap(\.upstream).flatMap(\.backends) {
                let address = backend.endpoint.address
                try require(!address.isLinkLocal && !address.isUnspecified, "requests are never sent to \(address)")
                let isHost = container.networks.contains { $0.name == "host" }
                try require(!address.isLoopback || isHost, "requests are never sent to Portico's own address")
            }
        }
    }
}
