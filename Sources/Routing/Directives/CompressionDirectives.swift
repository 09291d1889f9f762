internal import Bytes

/// What the directives of one level say of compression.
struct CompressionDirectives: Hashable, Sendable {
    var isOn: Bool?
    var types: Types?
    var minLength: Int?
    var level: Int?
    var proxied: CompressionSettings.Proxied?
    var varies: Bool?
    var servesHTTP10: Bool?

    /// The arguments of `gzip_types`.
    enum Types: Hashable, Sendable {
        case all
        case list([ByteString])
    }

    /// These laid over those of the level around it.
    func applied(to outer: CompressionSettings) -> CompressionSettings {
        var result = outer
        if let isOn { result.isOn = isOn }
        switch types {
        case .all: result.types = nil
        case .list(let list): result.types = list
        case nil: break
        }
        if let minLength { result.minLength = minLength }
        if let level { result.level = level }
        if let proxied { result.proxied = proxied }
        if let varies { result.varies = varies }
        if let servesHTTP10 { result.servesHTTP10 = servesHTTP10 }
        return result
    }
}
