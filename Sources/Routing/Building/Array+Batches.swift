private import Synchronization

extension Array where Element: Sendable {
    /// What the elements come to, in their order; `concurrently` works on several batches of them at once.
    package func map<Result: Sendable>(
        inBatchesOf size: Int, _ concurrently: SnapshotInputs.Concurrently,
        _ transform: @escaping @Sendable (Element) -> Result
    ) -> [Result] {
        let results = BatchResults<Result>()
        let batchCount = (count + size - 1) / size
        concurrently(batchCount) { number in
            let first = number * size
            let part = self[first..<Swift.min(first + size, count)].map(transform)
            results.byNumber.withLock { $0[number] = part }
        }
        let parts = results.byNumber.withLock { $0 }
        return (0..<batchCount).flatMap { parts[$0] ?? [] }
    }
}

/// What the elements of each batch came to, by its number.
private final class BatchResults<Result: Sendable>: Sendable {
    let byNumber = Mutex<[Int: [Result]]>([:])
}
