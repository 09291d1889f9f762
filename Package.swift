// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A Swift target of this package, with the settings that every one of them shares.
func target(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A target that every request passes through, some 130 times a check of overlapping accesses to a class's variables.
///
/// These checks are for the tests, which run without optimisation, and for the fuzzers; the server does without them.
/// What the compiler proves of exclusive access it proves everywhere.
func hotTarget(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    let isFuzzed = Context.environment["PORTICO_FUZZ"] != nil
    let unchecked = SwiftSetting.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
    return .target(name: name, dependencies: dependencies, swiftSettings: settings + (isFuzzed ? [] : [unchecked]))
}

/// The unit tests of the target that the name begins with.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings)
}

let package = Package(
    name: "portico",
    products: [.executable(name: "portico", targets: ["portico"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Level 0: the C that Swift cannot import by itself.
        .target(name: "CLinux"),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "CCrypt", linkerSettings: [.linkedLibrary("crypt")]),
        .target(name: "CPCRE2", linkerSettings: [.linkedLibrary("pcre2-8")]),
        .target(name: "CZlib", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "CNghttp2", linkerSettings: [.linkedLibrary("nghttp2")]),
        // Level 1
        hotTarget("Bytes", []),
        // Level 2
        hotTarget("Net", ["Bytes", "CLinux"]),
        hotTarget("HTTP", ["Bytes", "CLinux", "CNghttp2"]),
        target("Passwords", ["CCrypt", "COpenSSL"]),
        // Level 3
        hotTarget("TLS", ["Bytes", "Net", "COpenSSL"]),
        target("Routing", ["Bytes", "HTTP", "CPCRE2"]),
        // Level 4
        hotTarget("Proxy", ["Bytes", "Net", "HTTP", "Passwords", "TLS", "Routing", "CZlib"]),
        // Level 5
        target(
            "Control",
            [
                "Bytes", "Net", "HTTP", "Passwords", "TLS", "Routing", "Proxy",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        // Level 6
        .executableTarget(
            name: "portico",
            dependencies: [
                "Control", "Routing", "Passwords", "TLS",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        // Tests
        .target(
            name: "TestSupport", dependencies: ["Bytes", "Net", "CZlib"], path: "Tests/TestSupport",
            swiftSettings: settings),
        tests("BytesTests", ["Bytes"]),
        tests("NetTests", ["Net", "Bytes", "CLinux"]),
        tests("HTTPTests", ["HTTP", "Bytes"]),
        tests("PasswordsTests", ["Passwords"]),
        tests("TLSTests", ["TLS", "Net", "Bytes", "COpenSSL"]),
        tests("RoutingTests", ["Routing", "HTTP", "Bytes"]),
        tests("ProxyTests", ["Proxy", "Routing", "HTTP", "Net", "Bytes", "TLS", "Passwords", "COpenSSL"]),
        tests("ControlTests", ["Control", "Proxy", "Passwords", "Routing", "TLS", "HTTP", "Net", "Bytes"]),
        tests("WallsTests", []),
        tests("PorticoTests", ["portico", "Passwords"]),
        tests("DifferentialTests", ["portico"]),
        tests("EndToEndTests", []),
        // Fuzzing: what must hold for any input, for libFuzzer and, with the corpora, for the tests.
        .target(
            name: "FuzzChecks",
            dependencies: ["Bytes", "Control", "HTTP", "Net", "Passwords", "Proxy", "Routing", "TLS", "TestSupport"],
            path: "Fuzz/Checks", swiftSettings: settings),
        tests("FuzzTests", ["FuzzChecks"]),
    ]
)

// It links with libFuzzer, which scripts/fuzz brings along.
if Context.environment["PORTICO_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "FuzzDriver", dependencies: ["FuzzChecks"], path: "Fuzz/Driver", swiftSettings: settings))
}

// What Benchmarks/instructions counts the instructions of.
if Context.environment["PORTICO_BENCH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Microbenchmarks", dependencies: ["Bytes", "HTTP", "Net", "Routing"], path: "Benchmarks/Micro",
            swiftSettings: settings))
}
