package import Bytes

/// `limit_except METHOD… { … }`: requests with other methods are treated as another location says.
package struct MethodException: Hashable, Sendable {
    /// The methods that stay; GET stands for HEAD too.
    package var methods: [ByteString]
    /// The number of the other location among those of the host.
    package var location: Int

    /// Other methods than these go to a location.
    package init(methods: [ByteString], location: Int) {
        self.methods = methods
        self.location = location
    }
}
