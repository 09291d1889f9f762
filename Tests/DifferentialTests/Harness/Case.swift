/// A virtual host's file and what is asked of the host.
struct Case: CustomStringConvertible, Sendable {
    let description: String
    /// The content of the host's file. `@BACKEND@` stands for the backend's address and port, `@FOLDER@` for the folder
    /// that `files` are written to.
    let file: String
    /// Further files by name.
    var files: [String: String] = [:]
    /// Whether the host has a location `/` that leads to the backend, as one that a container makes.
    var isRouted = true
    let asks: [Ask]

    init(
        _ description: String, _ file: String, files: [String: String] = [:], isRouted: Bool = true, _ asks: [Ask]
    ) {
        self.description = description
        self.file = file
        self.files = files
        self.isRouted = isRouted
        self.asks = asks
    }
}
