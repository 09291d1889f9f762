import Foundation
import TLS
import Testing

@Suite("Folder of certificates")
struct CertificateFolderTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func write(_ name: String) throws {
        try folder.write(try SelfSigned.make(names: ["host.test"], addresses: [], days: 30), named: name)
    }

    /// Dates the files of a pair back, as if they had been there for a while.
    private func age(_ name: String) throws {
        for suffix in ["crt", "key"] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: folder["\(name).\(suffix)"])
        }
    }

    @Test("loads every pair by its name, and passes over what is no pair")
    func loads() throws {
        try write("a.test")
        try write("default")
        try write(".hidden")
        try folder.write("x", to: "a.test.dhparam.pem")
        try folder.write("x", to: "a.test.chain.pem")
        try folder.write("x", to: "ca.crt")
        try folder.write("x", to: "a.test.ca.crt")
        try folder.write("x", to: "account.key")
        let read = CertificateFolder.read(folder.path)
        #expect(Set(read.certificates.keys) == ["a.test", "default"])
        #expect(read.problems.isEmpty)
    }

    @Test("disables a bad pair alone and says what is wrong with it")
    func badPair() throws {
        try write("a")
        try write("b")
        try folder.write("nonsense", to: "b.key")
        let read = CertificateFolder.read(folder.path)
        #expect(Set(read.certificates.keys) == ["a"])
        #expect(read.problems.map(\.pair) == ["b"])
        #expect(read.problems.map(\.error) == [.noKey(folder["b.key"])])
        #expect(read.problems.first?.keepsPrevious == false)
        #expect(read.problems.first?.error.description == "\(folder["b.key"]): not a private key in PEM form")
    }

    @Test("does not read a pair again that has not changed")
    func reuses() throws {
        try write("a")
        try age("a")
        let first = CertificateFolder.read(folder.path)
        let second = CertificateFolder.read(folder.path, previous: first)
        #expect(first.certificates["a"] === second.certificates["a"])
        try write("a")
        let third = CertificateFolder.read(folder.path, previous: second)
        #expect(third.certificates["a"] != nil)
        #expect(third.certificates["a"] !== second.certificates["a"])
        #expect(third.certificates["a"]?.fingerprint != second.certificates["a"]?.fingerprint)
    }

    @Test("reads a pair again that was written a moment before it was read")
    func unsettled() throws {
        try write("a")
        for suffix in ["crt", "key"] {
            // A time to come stands for "now", which the test could not hold still.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: 60)], ofItemAtPath: folder["a.\(suffix)"])
        }
        let first = CertificateFolder.read(folder.path)
        #expect(CertificateFolder.read(folder.path, previous: first).certificates["a"] !== first.certificates["a"])
    }

    @Test("keeps the last good certificate while a pair is half-written, and takes the new one when it is whole")
    func halfWritten() throws {
        try write("a")
        let first = CertificateFolder.read(folder.path)
        let next = try SelfSigned.make(names: ["a.test"], addresses: [], days: 60)
        try folder.write(next.certificate, to: "a.crt")
        let between = CertificateFolder.read(folder.path, previous: first)
        #expect(between.certificates["a"] === first.certificates["a"])
        #expect(between.problems.first?.keepsPrevious == true)
        #expect(between.problems.first?.error == .mismatch(certificate: folder["a.crt"], key: folder["a.key"]))
        try folder.write(next.key, to: "a.key")
        let last = CertificateFolder.read(folder.path, previous: between)
        #expect(last.problems.isEmpty)
        #expect(last.certificates["a"]?.notAfter != first.certificates["a"]?.notAfter)
    }

    @Test("keeps a pair of which one file is gone, and drops one of which both are")
    func gone() throws {
        try write("a")
        let first = CertificateFolder.read(folder.path)
        try FileManager.default.removeItem(atPath: folder["a.crt"])
        let half = CertificateFolder.read(folder.path, previous: first)
        #expect(half.certificates["a"] === first.certificates["a"])
        #expect(half.problems.map(\.error) == [.missing(folder["a.crt"])])
        try FileManager.default.removeItem(atPath: folder["a.key"])
        let whole = CertificateFolder.read(folder.path, previous: half)
        #expect(whole.certificates.isEmpty)
        #expect(whole.problems.isEmpty)
    }

    @Test("follows symbolic links and sees them swapped")
    func links() throws {
        try FileManager.default.createDirectory(atPath: folder["store"], withIntermediateDirectories: false)
        try write("store/one")
        try write("store/two")
        try age("store/one")
        try age("store/two")
        func point(_ target: String) throws {
            for suffix in ["crt", "key"] {
                try? FileManager.default.removeItem(atPath: folder["a.\(suffix)"])
                try FileManager.default.createSymbolicLink(
                    atPath: folder["a.\(suffix)"], withDestinationPath: "./store/\(target).\(suffix)")
            }
        }
        try point("one")
        let first = CertificateFolder.read(folder.path)
        #expect(first.certificates["a"] != nil)
        try point("two")
        let second = CertificateFolder.read(folder.path, previous: first)
        #expect(second.certificates["a"]?.fingerprint != first.certificates["a"]?.fingerprint)
        #expect(second.problems.isEmpty)
    }

    @Test("keeps everything when the folder itself cannot be read, and says so")
    func unreadable() throws {
        try write("a")
        let first = CertificateFolder.read(folder.path)
        try FileManager.default.removeItem(atPath: folder.path)
        let second = CertificateFolder.read(folder.path, previous: first)
        #expect(second.certificates["a"] === first.certificates["a"])
        #expect(second.problems.map(\.error.path) == [folder.path])
    }
}
