import Foundation
import Testing

/// Something of this machine that a test cannot do without.
enum Requirement {
    case programs([String])
    case files([String])
    case administrator
    case image

    /// What to do about it where it is missing; nil where it is there.
    var remedy: String? {
        switch self {
        case .programs(let names):
            let missing = names.filter { Command.path(of: $0) == nil }
            return missing.isEmpty ? nil : "not installed: \(missing.joined(separator: ", ")); see scripts/packages"
        case .files(let paths):
            let missing = paths.filter { !FileManager.default.fileExists(atPath: $0) }
            return missing.isEmpty ? nil : "not there: \(missing.joined(separator: ", ")); see scripts/packages"
        case .administrator:
            return geteuid() == 0 ? nil : "needs root, for a network of its own; run it with sudo"
        case .image:
            return FileManager.default.fileExists(atPath: Checkout.imageFile) ? nil : "run: make image"
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test, saying why, where something is missing; in CI nothing may be missing, so that there it runs and fails.
    static func requires(_ requirements: Requirement...) -> Self {
        let remedies = requirements.compactMap(\.remedy)
        let isCI = ProcessInfo.processInfo.environment["CI"].map { !$0.isEmpty } ?? false
        return .enabled(if: isCI || remedies.isEmpty, "\(remedies.joined(separator: "; "))")
    }
}

extension Requirement {
    static let registry = Requirement.programs(["docker-registry", "curl"])
    static let engine = Requirement.programs(["dockerd", "docker", "ip", "nsenter", "unshare", "busybox"])
}
