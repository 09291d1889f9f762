package import Bytes

/// Which media type a file is of, by the extension of its name (nginx: `types`).
package struct MediaTypes: Hashable, Sendable {
    /// The types by extension, in lower case.
    package var types: [ByteString: ByteString]

    /// The given types by extension.
    package init(_ types: [ByteString: ByteString]) { self.types = types }

    /// The type of a file of this name or path; nil where its extension is not known.
    package func type(of path: UnsafeRawBufferPointer) -> ByteString? {
        guard let dot = path.lastIndex(of: UInt8(ascii: ".")), dot + 1 < path.count,
            !path[dot...].contains(ASCII.slash), path.count - dot <= Self.longestExtension
        else { return nil }
        return types[ByteString(path[(dot + 1)...].map(ASCII.lowercased))]
    }

    private static let longestExtension = 64
}

extension MediaTypes {
    /// The types of the file `mime.types` that nginx comes with.
    package static let standard: MediaTypes = {
        var types: [ByteString: ByteString] = [:]
        for (type, extensions) in table {
            for name in extensions.split(separator: " ") { types[ByteString(String(name))] = ByteString(type) }
        }
        return MediaTypes(types)
    }()

    private static let table: [(type: String, extensions: String)] = [
        ("application/atom+xml", "atom"),
        ("application/java-archive", "ear jar war"),
        ("application/javascript", "js"),
        ("application/json", "json"),
        ("application/mac-binhex40", "hqx"),
        ("application/msword", "doc"),
        ("application/octet-stream", "bin deb dll dmg exe img iso msi msm msp"),
        ("application/pdf", "pdf"),
        ("application/postscript", "ai eps ps"),
        ("application/rss+xml", "rss"),
        ("application/rtf", "rtf"),
        ("application/vnd.apple.mpegurl", "m3u8"),
        ("application/vnd.google-earth.kml+xml", "kml"),
        ("application/vnd.google-earth.kmz", "kmz"),
        ("application/vnd.ms-excel", "xls"),
        ("application/vnd.ms-fontobject", "eot"),
        ("application/vnd.ms-powerpoint", "ppt"),
        ("application/vnd.oasis.opendocument.graphics", "odg"),
        ("application/vnd.oasis.opendocument.presentation", "odp"),
        ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
        ("application/vnd.oasis.opendocument.text", "odt"),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
        ("application/vnd.wap.wmlc", "wmlc"),
        ("application/wasm", "wasm"),
        ("application/x-7z-compressed", "7z"),
        ("application/x-cocoa", "cco"),
        ("application/x-java-archive-diff", "jardiff"),
        ("application/x-java-jnlp-file", "jnlp"),
        ("application/x-makeself", "run"),
        ("application/x-perl", "pl pm"),
        ("application/x-pilot", "pdb prc"),
        ("application/x-rar-compressed", "rar"),
        ("application/x-redhat-package-manager", "rpm"),
        ("application/x-sea", "sea"),
        ("application/x-shockwave-flash", "swf"),
        ("application/x-stuffit", "sit"),
        ("application/x-tcl", "tcl tk"),
        ("application/x-x509-ca-cert", "crt der pem"),
        ("application/x-xpinstall", "xpi"),
        ("application/xhtml+xml", "xhtml"),
        ("application/xspf+xml", "xspf"),
        ("application/zip", "zip"),
        ("audio/midi", "kar mid midi"),
        ("audio/mpeg", "mp3"),
        ("audio/ogg", "ogg"),
        ("audio/x-m4a", "m4a"),
        ("audio/x-realaudio", "ra"),
        ("font/woff", "woff"),
        ("font/woff2", "woff2"),
        ("image/avif", "avif"),
        ("image/gif", "gif"),
        ("image/jpeg", "jpeg jpg"),
        ("image/png", "png"),
        ("image/svg+xml", "svg svgz"),
        ("image/tiff", "tif tiff"),
        ("image/vnd.wap.wbmp", "wbmp"),
        ("image/webp", "webp"),
        ("image/x-icon", "ico"),
        ("image/x-jng", "jng"),
        ("image/x-ms-bmp", "bmp"),
        ("text/css", "css"),
        ("text/html", "htm html shtml"),
        ("text/mathml", "mml"),
        ("text/plain", "txt"),
        ("text/vnd.sun.j2me.app-descriptor", "jad"),
        ("text/vnd.wap.wml", "wml"),
        ("text/x-component", "htc"),
        ("text/xml", "xml"),
        ("video/3gpp", "3gp 3gpp"),
        ("video/mp2t", "ts"),
        ("video/mp4", "mp4"),
        ("video/mpeg", "mpeg mpg"),
        ("video/quicktime", "mov"),
        ("video/webm", "webm"),
        ("video/x-flv", "flv"),
        ("video/x-m4v", "m4v"),
        ("video/x-mng", "mng"),
        ("video/x-ms-asf", "asf asx"),
        ("video/x-ms-wmv", "wmv"),
        ("video/x-msvideo", "avi"),
    ]
}
