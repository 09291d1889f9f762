import Testing

@testable import Control

@Suite("The container that Portico runs in")
struct OwnContainerTests {
    private static let id = "0123456789ab" + String(repeating: "cd", count: 26)
    private static let other = String(repeating: "ef", count: 32)

    @Test(
        "is found in a cgroup path",
        arguments: ["/docker/\(id)", "1:name=systemd:/docker/\(id)\n0::/", "0::/system.slice/docker-\(id).scope"])
    func cgroups(text: String) {
        #expect(OwnContainer(cgroup: text).identifier == Self.id)
        #expect(OwnContainer(cpuset: text).identifier == Self.id)
    }

    @Test(
        "is found in the mounts of files that engines add",
        arguments: [
            "621 604 254:1 /var/lib/docker/containers/\(id)/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda1 rw",
            "621 604 254:1 /var/lib/docker/containers/\(id)/hostname /etc/hostname rw - ext4 /dev/vda1 rw",
            "9 1 0:4 /containers/overlay-containers/\(id)/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw",
            "9 1 0:4 /storage/\(id)/hosts /etc/hosts rw - tmpfs tmpfs rw",
        ])
    func mounts(line: String) {
        #expect(OwnContainer(mountinfo: "1 2 0:1 / / rw\n" + line + "\n").identifier == Self.id)
    }

    @Test(
        "is not taken from other mounts or other numbers",
        arguments: [
            "9 1 0:4 /var/lib/docker/overlay2/\(id)/merged / rw - overlay overlay rw",
            "9 1 0:4 /snapshots/\(id) / rw",
            "9 1 0:4 /x/\(id)ff/hosts /etc/hosts rw",
            "9 1 0:4 /x/\(id.uppercased())/hosts /etc/hosts rw",
        ])
    func otherMounts(line: String) {
        #expect(OwnContainer(mountinfo: line).identifier == nil)
    }

    @Test("is the one that the host name begins, when several are named")
    func hostname() {
        let cgroup = "1:cpu:/docker/\(Self.other)\n2:mem:/docker/\(Self.id)"
        #expect(OwnContainer(cgroup: cgroup, hostname: "0123456789ab").identifier == Self.id)
        #expect(OwnContainer(cgroup: cgroup, hostname: "proxy").identifier == Self.other)
    }

    @Test("is none where nothing names one")
    func none() {
        #expect(OwnContainer(cpuset: "/", cgroup: "0::/user.slice", mountinfo: "1 2 0:1 / / rw").identifier == nil)
    }

    private func container(_ id: String, _ fields: String = "") throws -> InspectedContainer {
        try InspectedContainer(json: Array(#"{"Id":"\#(id)"\#(fields)}"#.utf8))
    }

    @Test("is known by identifier, by host name or by label, in this order")
    func evidence() throws {
        let own = OwnContainer(hostname: "0123456789ab")
        let labelled = #","Config":{"Hostname":"proxy","Labels":{"\#(OwnContainer.defaultLabel)":""}}"#
        let named = #","Config":{"Hostname":"0123456789ab"}"#
        #expect(own.evidence(for: try container(Self.id), identifier: Self.id) == .identifier)
        #expect(own.evidence(for: try container(Self.id, named), identifier: Self.other) == .hostname)
        #expect(own.evidence(for: try container(Self.other, named), identifier: nil) == nil)
        #expect(own.evidence(for: try container(Self.other, labelled), identifier: Self.id) == .label)
        #expect(own.evidence(for: try container(Self.other), identifier: Self.id) == nil)
        #expect(OwnContainer.Evidence.identifier > .hostname)
        let chosen = OwnContainer(label: OwnContainer.defaultLabel, isLabelChosen: true)
        #expect(chosen.evidence(for: try container(Self.other, labelled), identifier: Self.id) == .chosenLabel)
        #expect(chosen.evidence(for: try container(Self.id), identifier: Self.id) == .identifier)
        #expect(OwnContainer.Evidence.chosenLabel > .identifier)
        #expect(OwnContainer.Evidence.hostname > .label)
    }
}
