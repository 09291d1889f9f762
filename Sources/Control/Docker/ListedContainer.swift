internal import FoundationEssentials

/// A container in the engine's answer to `GET /containers/json`, of which only the identifier is used.
struct ListedContainer: Decodable {
    let id: String

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
    }

    /// The identifiers in a list, and whether none had to be left out; nil when the answer is no list.
    static func identifiers(in answer: [UInt8]) -> (ids: [String], areComplete: Bool)? {
        guard let elements = JSONStreamSplitter.elements(ofArray: answer) else { return nil }
        let ids = elements.values.compactMap { try? JSONDecoder().decode(ListedContainer.self, from: Data($0)).id }
        return (ids, elements.areComplete && ids.count == elements.values.count)
    }
}
