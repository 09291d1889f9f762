internal import FoundationEssentials

/// A version of the engine's API, such as 1.44.
struct APIVersion: Comparable, Sendable {
    /// The part before the point.
    let major: Int
    /// The part behind the point.
    let minor: Int

    /// The version with these parts.
    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `MAJOR.MINOR`; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]),
            (0..<1000).contains(major), (0..<10_000).contains(minor)
        else { return nil }
        self.init(major: major, minor: minor)
    }

    /// The engine's own version, from its answer to `GET /version`; nil when the answer names none.
    ///
    /// Speaking exactly that version works with engines that refuse old ones, and with old ones.
    init?(versionAnswer json: [UInt8]) {
        guard let answer = try? JSONDecoder().decode([String: TolerantText].self, from: Data(json)),
            let text = answer["ApiVersion"]?.text
        else { return nil }
        self.init(text)
    }

    static func < (a: APIVersion, b: APIVersion) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
}

extension APIVersion: CustomStringConvertible {
    var description: String { "\(major).\(minor)" }
}
