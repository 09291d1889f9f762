/// What the engine said about one container.
struct Inspection {
    /// Its own answer, `GET /containers/{id}/json`.
    var json: [UInt8]
    /// Whether the filters of `DOCKER_CONTAINER_FILTERS` let it in.
    var isAdmitted = true
}
