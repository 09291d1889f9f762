package import Bytes
package import HTTP

/// How the requests of a location are answered with files.
package struct StaticFiles: Hashable, Sendable {
    /// Where a request's file lies.
    package enum Base: Hashable, Sendable {
        /// Where the path of the request leads below this folder (`root`).
        case root(Template)
        /// This, in place of a part of the path (`alias`).
        case alias(Template, of: Replaced)
    }

    /// What an `alias` takes the place of.
    package enum Replaced: Hashable, Sendable {
        /// The beginning of the path, so many bytes of it: the path of the location in which the directive stands.
        case prefix(Int)
        /// The whole path, because the location has a regular expression.
        case everything
        /// The path of the location, whichever it is: the directive stands in a file for several.
        case ownPath
    }

    /// Where files lie; nil where none are served.
    package var base: Base?
    /// What a path that ends in `/` stands for: the first of these that is there (`index`). One that begins with `/` is a path
    /// of the host.
    package var index: [Template] = [Template(literal: "index.html")]
    /// The media types by extension (`types`).
    package var types = MediaTypes.standard
    /// The type of what has no other (`default_type`), also of the text of `return`; empty for none, nil where nothing was said:
    /// then files are `application/octet-stream` and text is `text/plain`.
    package var defaultType: ByteString?
    /// Whether answers carry an entity tag (`etag`).
    package var sendsETag = true
    /// How the time of `If-Modified-Since` is compared (`if_modified_since`).
    package var timeComparison = ConditionalRequest.TimeComparison.exact
    /// Where a request's path leads instead (`try_files`); nil for nowhere else.
    package var attempts: FileAttempts?

    /// No files; everything else as in nginx-proxy's image.
    package init() {}
}
