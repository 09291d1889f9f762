package import Bytes

/// How the requests of a location become those of a FastCGI application, such as php-fpm.
package struct FastCGISettings: Hashable, Sendable {
    /// The folder of the scripts as the application sees it (`VIRTUAL_ROOT`; nginx: `root`).
    package var root: ByteString = "/var/www/public"
    /// The script for a path that ends in `/` (`fastcgi_index`); empty for none.
    package var index: ByteString = "index.php"
    /// Parameters that are sent beside the usual ones, or in place of one of them (`fastcgi_param`).
    package var parameters: [Parameter] = []

    /// A parameter of the request.
    package struct Parameter: Hashable, Sendable {
        /// Its name.
        package var name: ByteString
        /// Its value.
        package var value: Template
        /// Whether it is left out where the value comes to nothing (`if_not_empty`).
        package var isOptional: Bool

        /// A parameter.
        package init(name: ByteString, value: Template, isOptional: Bool = false) {
            self.name = name
            self.value = value
            self.isOptional = isOptional
        }
    }

    /// nginx-proxy's defaults, and php's usual index.
    package init() {}

    /// The same, with the folder that `root` names, where it is always the same one.
    init(root base: StaticFiles.Base?) {
        guard case .root(let template)? = base, let path = template.constant, !path.isEmpty else { return }
        root = ByteString(Array(path.bytes.last == ASCII.slash ? path.bytes.dropLast() : path.bytes[...]))
    }
}
