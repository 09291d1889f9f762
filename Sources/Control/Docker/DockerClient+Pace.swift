extension DockerClient {
    /// How long everything takes.
    struct Pace {
        /// The time between two lists.
        var reconcile = Duration.seconds(60)
        /// How long one answer may take.
        var answer = Duration.seconds(5)
        /// The longest pause between two tries to connect.
        var pause = Duration.seconds(5)
        /// How long after a list an event may come that tells the same; then the event stream counts as deaf.
        var event = Duration.seconds(5)
        /// How long after an event the filters are asked once more: engines tell of a change before they list by it.
        var filter = Duration.milliseconds(300)
        /// How often a container is asked about again that got no answer; the next list does so as well.
        var retries = 3
    }
}
