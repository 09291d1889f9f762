/// Feeds an input in every way that matters: whole, byte by byte, and cut in two at each point.
///
/// The pieces are slices of the input, so that `endIndex` of a piece is how many bytes have arrived with it.
package func forEverySplit(_ input: [UInt8], _ feed: (_ pieces: [ArraySlice<UInt8>]) throws -> Void) rethrows {
    try feed([input[...]])
    try feed(input.indices.map { input[$0...$0] })
    for cut in input.indices.dropFirst() {
        try feed([input[..<cut], input[cut...]])
    }
}
