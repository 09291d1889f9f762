internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// How requests are answered with files.
extension Exchange {
    /// What a request for a file is answered with where a folder stands in its place.
    private enum Folder {
        /// The path with a `/` behind it, to which the client is sent.
        case redirect
        /// 404: only files are looked for.
        case absent
    }

    // MARK: Challenges of certificate authorities

    /// Whether the request asks for a file by which a certificate authority checks who owns the name (RFC 8555 §8.3).
    var asksForChallenge: Bool {
        let path = pathAsSent
        let prefix = Self.challengePrefix.bytes
        return path.count > prefix.count
            && ASCII.equals(UnsafeRawBufferPointer(rebasing: path[..<prefix.count]), prefix)
    }

    /// Answers it, with 404 where there is no such file.
    func answerChallenge() {
        let isWhole = worker.path.normalize(downstream.headBytes[downstream.request.path])
        let prefix = Self.challengePrefix.bytes
        let path = worker.path.bytes
        guard isWhole, path.count > prefix.count,
            ASCII.equals(UnsafeRawBufferPointer(rebasing: path[..<prefix.count]), prefix)
        else { return respond(404) }
        let folder = StaticFiles.Base.root(Template(literal: worker.settings.pageFolder))
        serve(path, from: folder, as: StaticFiles(), folder: .absent)
    }

    private static let challengePrefix: StaticString = "/.well-known/acme-challenge/"

    // MARK: Files of a location

    /// Answers with the file that the request's path leads to (`root`, `alias`, `index`).
    func serveFile() {
        let files = location.settings.files
        guard let base = files.base else { return respond(404) }
        let request = rewriting()
        guard !request.isMalformed else { return respond(400) }
        guard request.path.readable.last != ASCII.slash else { return serveIndex(of: base, files) }
        serve(request.path.readable, from: base, as: files, folder: .redirect)
    }

    /// Serves the first index that is there as if the client had asked for it; 403 where none is.
    private func serveIndex(of base: StaticFiles.Base, _ files: StaticFiles) {
        let request = rewriting()
        var path = ByteBuffer()
        for name in files.index {
            path.removeAll()
            name.append(to: &path, from: VariableValues(self))
            if path.readable.first == ASCII.slash {
                return redirectInternally(to: path.readable, query: query)
            }
            var target = ByteBuffer()
            target.append(request.path.readable)
            target.append(path.readable)
            var file = ByteBuffer()
            guard FilePath.append(base, target.readable, for: self, to: &file), stands(file, asFolder: false) else {
                continue
            }
            return redirectInternally(to: target.readable, query: query)
        }
        var folder = ByteBuffer()
        guard FilePath.append(base, request.path.readable, for: self, to: &folder) else { return respond(404) }
        respond(stands(folder, asFolder: true) ? 403 : 404)
    }

    /// Looks for the files of `try_files`; true where the request is served as before, because one of them is there.
    func finds(_ attempts: FileAttempts) -> Bool {
        let base = location.settings.files.base ?? .root(Template(literal: worker.settings.pageFolder))
        var text = ByteBuffer()
        var file = ByteBuffer()
        for candidate in attempts.candidates {
            text.removeAll()
            file.removeAll()
            candidate.path.append(to: &text, from: VariableValues(self))
            if text.readable.first != ASCII.slash { continue }
            complete(&text, below: base)
            guard FilePath.append(base, text.readable, for: self, to: &file) else { continue }
            guard stands(file, asFolder: candidate.isFolder) else { continue }
            if candidate.isFolder, text.readable.last != ASCII.slash { text.append("/") }
            let request = rewriting()
            guard !ASCII.equals(request.path.readable, text.readable) else { return true }
            guard request.setPath(text.readable) else {
                respond(404)
                return false
            }
            return true
        }
        switch attempts.fallback {
        case .status(let status): respond(status)
        case .named(let name): redirectInternally(toNamed: name)
        case .path(let target):
            text.removeAll()
            target.append(to: &text, from: VariableValues(self))
            let mark = text.readable.firstIndex(of: UInt8(ascii: "?"))
            let path = UnsafeRawBufferPointer(rebasing: text.readable[..<(mark ?? text.count)])
            let query = mark.map { UnsafeRawBufferPointer(rebasing: text.readable[($0 + 1)...]) }
            redirectInternally(to: path, query: query ?? UnsafeRawBufferPointer(start: nil, count: 0))
        }
        return false
    }

    /// Puts the part of the path that an alias stands for in front of a candidate that does not begin with it: that is beneath the
    /// alias, too (ngx_http_try_files_handler).
    private func complete(_ text: inout ByteBuffer, below base: StaticFiles.Base) {
        guard case .alias(_, let replaced) = base else { return }
        let count =
            switch replaced {
            case .prefix(let count): count
            case .ownPath: location.path.count
            case .everything: 0
            }
        let path = rewriting().path.readable
        guard count > 0, count <= path.count else { return }
        let prefix = UnsafeRawBufferPointer(rebasing: path[..<count])
        guard !text.readable.starts(with: prefix) else { return }
        var whole = ByteBuffer()
        whole.append(prefix)
        if prefix.last == ASCII.slash { text.consume(1) }
        whole.append(text.readable)
        text = whole
    }

    private func stands(_ path: borrowing ByteBuffer, asFolder: Bool) -> Bool {
        guard let start = path.readable.baseAddress else { return false }
        return RegularFile.stands(start.assumingMemoryBound(to: CChar.self), asFolder: asFolder)
    }

    private func serve(
        _ path: UnsafeRawBufferPointer, from base: StaticFiles.Base, as files: StaticFiles, folder: Folder
    ) {
        switch forwardedMethod {
        case .get, .head: break
        default: return respond(405)
        }
        var name = ByteBuffer()
        guard FilePath.append(base, path, for: self, to: &name), let start = name.readable.baseAddress else {
            return respond(404)
        }
        switch RegularFile.open(start.assumingMemoryBound(to: CChar.self)) {
        case .file(let file): answer(with: file, type: files.type(of: path), files)
        case .folder:
            switch folder {
            case .redirect: LocalResponse.redirectToFolder(self)
            case .absent: respond(404)
            }
        case .absent: respond(404)
        case .forbidden: respond(403)
        case .failed: respond(500)
        }
    }

    private func answer(with file: consuming RegularFile, type: ByteString?, _ files: StaticFiles) {
        let request = downstream.request
        let bytes = downstream.headBytes
        let (size, modified) = (file.size, file.modified)
        var etag = ByteBuffer()
        if files.sendsETag {
            etag.append("\"")
            etag.append(hex: modified)
            etag.append("-")
            etag.append(hex: size)
            etag.append("\"")
        }
        var status = 200
        var part = 0..<size
        // The page of an error says nothing of the resource that was asked for, its age or its parts.
        let isErrorPage = (rewritten?.answerStatus ?? 200) >= 300
        switch isErrorPage
            ? .proceed
            : ConditionalRequest.evaluate(
                request, in: bytes, etag: etag.readable, lastModified: modified, comparison: files.timeComparison)
        {
        case .failed: return respond(412)
        case .notModified: status = 304
        case .proceed:
            // Ranges are defined for GET alone (RFC 9110 §14.2).
            guard !isErrorPage, request.method == .get, let field = request.fields.first(.range),
                ConditionalRequest.permitsRange(request, in: bytes, etag: etag.readable, lastModified: modified)
            else { break }
            switch RequestedRange(bytes[field.value], size: size) {
            case .whole: break
            case .part(let range):
                part = range
                status = 206
            case .unsatisfiable: return LocalResponse.refuseRange(ofSize: size, for: self)
            }
        }
        var head = FileHead()
        if status != 304 {
            if let type { head.add("Content-Type", .contentType) { $0.append(type.bytes) } }
            if request.method == .head { head.add("Content-Length", .contentLength) { $0.append(decimal: size) } }
        }
        if !isErrorPage {
            head.add("Last-Modified", .lastModified) { HTTPDate.append(epochSeconds: modified, to: &$0) }
        }
        if !etag.isEmpty { head.add("ETag", .etag) { $0.append(etag.readable) } }
        if status == 206 {
            head.add("Content-Range", .contentRange) { value in
                value.append("bytes ")
                value.append(decimal: part.lowerBound)
                value.append("-")
                value.append(decimal: part.upperBound - 1)
                value.append("/")
                value.append(decimal: size)
            }
        } else if status == 200, !isErrorPage {
            head.add("Accept-Ranges", .acceptRanges) { $0.append("bytes") }
        }
        FileResponder(file, part: part, worker: worker).begin(for: self, status: status, head)
    }
}

extension StaticFiles {
    /// The media type of a path; nil where none is sent.
    fileprivate func type(of path: UnsafeRawBufferPointer) -> ByteString? {
        let type = types.type(of: path) ?? defaultType ?? "application/octet-stream"
        return type.isEmpty ? nil : type
    }
}
