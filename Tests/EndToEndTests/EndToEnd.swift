import Testing

/// The tests with real parts: clients, registries and engines as people run them.
///
/// They share two cores and one engine, so that one runs at a time.
@Suite("End to end", .serialized)
enum EndToEnd {}
