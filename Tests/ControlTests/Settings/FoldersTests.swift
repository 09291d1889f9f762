import Testing

@testable import Control

@Suite("Folders")
struct FoldersTests {
    @Test(
        "have the folder that holds vhost.d as their base",
        arguments: [
            ("/etc/nginx/vhost.d", "/etc/nginx", "/etc/nginx/htpasswd"), ("vhost.d", ".", "./htpasswd"),
            ("./vhost.d/", ".", "./htpasswd"), ("/vhost.d", "/", "/htpasswd"), ("a/b//", "a", "a/htpasswd"),
        ])
    func base(virtualHosts: String, base: String, htpasswd: String) {
        var folders = Folders()
        folders.virtualHosts = virtualHosts
        #expect(folders.base == base)
        #expect(folders.htpasswd == htpasswd)
    }

    @Test("join names, and leave absolute ones alone")
    func joined() {
        #expect(Folders.joined("/a", "b") == "/a/b")
        #expect(Folders.joined("/a/", "b") == "/a/b")
        #expect(Folders.joined("/a", "/b") == "/b")
    }
}
