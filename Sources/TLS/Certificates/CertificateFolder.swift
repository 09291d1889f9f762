private import Glibc
private import Net

/// The certificates that a folder of `NAME.crt` and `NAME.key` files held when it was read.
package struct CertificateFolder: Sendable {
    /// A pair that is not usable as it stands.
    package struct Problem: Equatable, Sendable {
        /// The name of the pair, empty when it is the folder itself that cannot be read.
        package let pair: String
        /// What is wrong, and with which file.
        package let error: CertificateError
        /// Whether the certificate that was read before stays in use.
        package let keepsPrevious: Bool
    }

    /// The folder's path.
    package let path: String
    /// The usable certificates by the name of their pair.
    package let certificates: [String: Certificate]
    /// The names of all files.
    package let fileNames: Set<String>
    /// What is wrong, in the order of the pairs' names.
    package let problems: [Problem]

    /// Why the folder could never be read, although it is there; nil where it was, or where there is none.
    package var fault: String? {
        guard let problem = problems.first, problem.pair.isEmpty, !problem.keepsPrevious,
            case .unreadable(_, let error) = problem.error, !error.isAbsence
        else { return nil }
        return error.message
    }

    /// Reads every pair of the folder, symbolic links followed.
    ///
    /// What has not changed since `previous` is not read again. A pair that is broken now, such as one of which only one
    /// file has been replaced so far, keeps its certificate of before; a pair whose files are both gone is gone. Names that
    /// end in `.ca` hold the authorities of clients (nginx-proxy's convention), those in `.upstream-ca` the authorities of
    /// backends; they and names with a leading dot are not looked at.
    package static func read(_ path: String, previous: CertificateFolder? = nil) -> CertificateFolder {
        let known = previous?.certificates ?? [:]
        let names: Set<String>
        do throws(SystemError) {
            names = try fileNames(in: path)
        } catch {
            let isKnown = !known.isEmpty || previous?.fileNames.isEmpty == false
            let problem = Problem(pair: "", error: .unreadable(path, error), keepsPrevious: isKnown)
            return CertificateFolder(
                path: path, certificates: known, fileNames: previous?.fileNames ?? [], problems: [problem])
        }
        let pairs = names.filter { $0.hasSuffix(".crt") && isServed($0.dropLast(4)) }.map { String($0.dropLast(4)) }
        let halfGone = known.keys.filter { names.contains("\($0).key") }
        var certificates: [String: Certificate] = [:]
        var problems: [Problem] = []
        for pair in Set(pairs + halfGone).sorted() {
            do throws(CertificateError) {
                certificates[pair] = try load("\(path)/\(pair)", known: known[pair])
            } catch {
                certificates[pair] = known[pair]
                problems.append(Problem(pair: pair, error: error, keepsPrevious: known[pair] != nil))
            }
        }
        return CertificateFolder(path: path, certificates: certificates, fileNames: names, problems: problems)
    }

    private static func load(_ base: String, known: Certificate?) throws(CertificateError) -> Certificate {
        let (certificate, key) = ("\(base).crt", "\(base).key")
        if let known, known.identities.areCurrent(certificate: certificate, key: key) { return known }
        return try Certificate.load(certificate: certificate, key: key)
    }

    private static func isServed(_ name: Substring) -> Bool {
        !name.isEmpty && !name.hasPrefix(".") && name != "ca" && !name.hasSuffix(".ca")
            && !name.hasSuffix(".upstream-ca")
    }

    private static func fileNames(in path: String) throws(SystemError) -> Set<String> {
        guard let folder = ProtectedFiles.openFolder(path) else { throw .current("opendir") }
        defer { closedir(folder) }
        var names: Set<String> = []
        errno = 0
        while let entry = readdir(folder) {
            let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: capacity) { String(cString: $0) }
            }
            names.insert(name)
            errno = 0
        }
        guard errno == 0 else { throw .current("readdir") }
        return names
    }
}
