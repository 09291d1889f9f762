import Testing

@testable import Control

/// What the kernel shows in the wild, shortened to the lines that matter.
@Suite("The container that Portico runs in, as engines lay it out")
struct OwnContainerLayoutTests {
    private static let id = "7f0c" + String(repeating: "1a2b", count: 15)
    private static let other = "9d3e" + String(repeating: "5c6d", count: 15)
    private static let layer = "e4f5" + String(repeating: "7788", count: 15)

    struct Layout: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var cpuset = "/"
        var cgroup = "0::/"
        var mountinfo = ""
        var hostname = "7f0c1a2b1a2b"
        var isFound = true
    }

    private static let root =
        "1021 873 0:54 / / rw,relatime master:301 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/AB:/var/lib/"
        + "docker/overlay2/l/CD,upperdir=/var/lib/docker/overlay2/\(layer)/diff,workdir=/var/lib/docker/overlay2/\(layer)/work"

    private static func docker(_ id: String, root folder: String = "/var/lib/docker") -> String {
        ["resolv.conf", "hostname", "hosts"].map {
            "10\($0.count) 1021 254:1 \(folder)/containers/\(id)/\($0) /etc/\($0) rw,relatime - ext4 /dev/vda1 rw"
        }.joined(separator: "\n")
    }

    static let layouts: [Layout] = [
        Layout(
            testDescription: "Docker, cgroup v1", cpuset: "/docker/\(id)",
            cgroup: "12:pids:/docker/\(id)\n1:name=systemd:/docker/\(id)\n0::/system.slice/containerd.service",
            mountinfo: root + "\n" + docker(id)),
        Layout(testDescription: "Docker, cgroup v2 with its own namespace", mountinfo: root + "\n" + docker(id)),
        Layout(
            testDescription: "Docker, cgroup v2 with the host's namespace",
            cgroup: "0::/system.slice/docker-\(id).scope"),
        Layout(
            testDescription: "Docker in host networking, under the host's name",
            mountinfo: root + "\n" + docker(id), hostname: "server1"),
        Layout(
            testDescription: "Docker with another data root, and a name of its own",
            mountinfo: root + "\n" + docker(id, root: "/mnt/data/docker"), hostname: "proxy"),
        Layout(
            testDescription: "Docker where the data root is a file system by itself",
            mountinfo: root + "\n" + docker(id, root: ""), hostname: "proxy"),
        Layout(
            testDescription: "Docker Desktop",
            mountinfo: root + "\n" + docker(id, root: "/docker"), hostname: "proxy"),
        Layout(
            testDescription: "Docker without root",
            mountinfo: root + "\n" + docker(id, root: "/home/me/.local/share/docker"), hostname: "proxy"),
        Layout(
            testDescription: "Docker, with an anonymous volume and the folder of another container mounted",
            mountinfo: root
                + "\n900 1021 254:1 /var/lib/docker/volumes/\(other)/_data /data rw - ext4 /dev/vda1 rw"
                + "\n901 1021 254:1 /var/lib/docker/containers/\(other)/hosts /srv/hosts rw - ext4 /dev/vda1 rw\n"
                + docker(id), hostname: "proxy"),
        Layout(
            testDescription: "Podman as root",
            mountinfo: "1 2 0:50 / / rw - overlay overlay rw\n"
                + "3 1 0:25 /containers/storage/overlay-containers/\(id)/userdata/resolv.conf /etc/resolv.conf rw - tmpfs tmpfs rw\n"
                + "4 1 0:25 /containers/storage/overlay-containers/\(id)/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw\n"
                + "5 1 0:25 /containers/storage/overlay-containers/\(id)/userdata/.containerenv /run/.containerenv rw - tmpfs tmpfs rw"
        ),
        Layout(
            testDescription: "Podman without root",
            mountinfo: "1 2 0:50 / / rw - overlay overlay rw\n"
                + "3 1 0:61 /containers/overlay-containers/\(id)/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw,uid=1000",
            hostname: "proxy"),
        Layout(
            testDescription: "Podman with nothing of its own but the mark of containers",
            mountinfo: "5 1 0:61 /\(id)/userdata/.containerenv /run/.containerenv rw - tmpfs tmpfs rw",
            hostname: "server1"),
        Layout(
            testDescription: "Podman, cgroup v2 with the host's namespace",
            cgroup: "0::/machine.slice/libpod-\(id).scope/container", hostname: "server1"),
        Layout(
            testDescription: "an engine in a container: the outer one is named too",
            cgroup: "0::/docker/\(other)/docker/\(id)", mountinfo: root + "\n" + docker(id)),
        Layout(
            testDescription: "the machine of an engine, whose mounts name all its containers",
            cgroup: "0::/user.slice/user-0.slice/session-1.scope",
            mountinfo: "24 1 254:1 / / rw - ext4 /dev/vda1 rw\n"
                + "77 24 0:51 / /var/lib/docker/overlay2/\(layer)/merged rw - overlay overlay rw\n"
                + "78 24 0:52 / /var/lib/docker/containers/\(other)/mounts/shm rw - tmpfs shm rw",
            hostname: "server1", isFound: false),
        Layout(
            testDescription: "no container at all", cpuset: "/", cgroup: "0::/init.scope",
            mountinfo: "24 1 254:1 / / rw - ext4 /dev/vda1 rw", hostname: "server1", isFound: false),
        Layout(testDescription: "nothing that can be read", cpuset: "", cgroup: "", hostname: "", isFound: false),
    ]

    @Test("is told from every other identifier", arguments: layouts)
    func layout(layout: Layout) {
        let own = OwnContainer(
            cpuset: layout.cpuset, cgroup: layout.cgroup, mountinfo: layout.mountinfo, hostname: layout.hostname)
        #expect(own.identifier == (layout.isFound ? Self.id : nil))
    }
}
