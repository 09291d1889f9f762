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

    @Test(
        "are guarded with their base, unless that is the system's",
        arguments: [
            ("/etc/nginx/vhost.d", ["/etc/nginx"]), ("site/vhost.d", ["site"]), ("/config/vhost.d", ["/config"]),
            ("/etc/vhost.d", ["/etc/conf.d", "/etc/dhparam", "/etc/proxy.conf", "/etc/network_internal.conf"]),
            ("/vhost.d", ["/conf.d", "/dhparam", "/proxy.conf", "/network_internal.conf"]),
        ])
    func guarded(virtualHosts: String, further: [String]) {
        var folders = Folders()
        folders.virtualHosts = virtualHosts
        #expect(
            folders.guarded == [folders.certificates, virtualHosts, folders.passwords, folders.htpasswd] + further)
    }

    @Test("join names, and leave absolute ones alone")
    func joined() {
        #expect(Folders.joined("/a", "b") == "/a/b")
        #expect(Folders.joined("/a/", "b") == "/a/b")
        #expect(Folders.joined("/a", "/b") == "/b")
    }
}
