import Foundation

/// Where this project's own files are.
enum Checkout {
    /// The root of the checkout.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The server under test: `PORTICO_BINARY`, or the one built together with these tests.
    static let portico: String = {
        if let path = ProcessInfo.processInfo.environment["PORTICO_BINARY"] { return path }
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appending(path: "portico").path
    }()

    /// The image under test, as `scripts/image .image/portico.tar` leaves it.
    static let imageFile = folder + "/.image/portico.tar"

    /// Where the drivers of attacks and odd requests over HTTP/2 are.
    static let http2 = folder + "/Tests/HTTP2"

    /// A script of this project.
    static func script(_ name: String) -> String { folder + "/scripts/" + name }
}
