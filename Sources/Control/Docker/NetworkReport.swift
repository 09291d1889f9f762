internal import FoundationEssentials

/// A network in the engine's answer to `GET /networks`.
struct NetworkReport: Decodable {
    let name: String?
    let isInternal: Bool

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case isInternal = "Internal"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = fields.tolerant(String.self, .name)
        isInternal = fields.tolerant(Bool.self, .isInternal) ?? false
    }

    /// The names of the networks that lead nowhere else; nil when the answer is no list.
    static func internalNames(in answer: [UInt8]) -> Set<String>? {
        guard let elements = JSONStreamSplitter.elements(ofArray: answer) else { return nil }
        let networks = elements.values.compactMap { try? JSONDecoder().decode(NetworkReport.self, from: Data($0)) }
        return Set(networks.filter(\.isInternal).compactMap(\.name))
    }
}
