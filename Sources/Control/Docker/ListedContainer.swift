/// A container in the engine's answer to `GET /containers/json`, of which only the identifier is used.
struct ListedContainer: Decodable {
    let id: String

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
    }
}
