import Testing

@testable import Control

@Suite("Which folders to watch")
struct WatchPlanTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func names(_ plan: WatchPlan, _ name: String = "") -> Set<String> {
        plan.folders[name.isEmpty ? folder.path : folder.path(name)]?.names ?? []
    }

    @Test("watches a folder as a whole, and for its own name above")
    func wholeFolder() throws {
        try folder.makeFolder("certs")
        let plan = WatchPlan([folder.path("certs")])
        #expect(plan.folders[folder.path("certs")]?.isWhole == true)
        #expect(names(plan) == ["certs"])
        #expect(plan.folders["/"]?.names.isEmpty == false)
    }

    @Test("watches the folder of a file for the file's name alone")
    func singleFile() throws {
        try folder.write("users", "x")
        let plan = WatchPlan([folder.path("users")])
        #expect(plan.folders[folder.path]?.covers("users") == true)
        #expect(plan.folders[folder.path]?.covers("other") == false)
        #expect(plan.folders[folder.path]?.hasFiles == true)
    }

    @Test("waits for what is not there yet where it will appear")
    func missing() {
        let plan = WatchPlan([folder.path("later/certs")])
        #expect(names(plan) == ["later"])
        #expect(plan.folders[folder.path("later")] == nil)
    }

    @Test("follows links to their targets, and those on the way")
    func links() throws {
        try folder.makeFolder("archive/v1")
        try folder.write("archive/v1/cert.pem", "x")
        try folder.makeFolder("live")
        try folder.link("archive/current", to: "v1")
        try folder.link("live/a.crt", to: "../archive/current/cert.pem")
        let plan = WatchPlan([folder.path("live")])
        #expect(plan.folders[folder.path("live")]?.isWhole == true)
        #expect(names(plan, "archive") == ["current", "v1"])
        #expect(names(plan, "archive/v1") == ["cert.pem"])
    }

    @Test("follows the links that Kubernetes swaps")
    func kubernetes() throws {
        try folder.makeFolder("certs/..2026_01")
        try folder.write("certs/..2026_01/a.crt", "x")
        try folder.link("certs/..data", to: "..2026_01")
        try folder.link("certs/a.crt", to: "..data/a.crt")
        let plan = WatchPlan([folder.path("certs")])
        #expect(names(plan, "certs/..2026_01") == ["a.crt"])
    }

    @Test("follows a folder that is itself a link")
    func linkedFolder() throws {
        try folder.makeFolder("real")
        try folder.link("certs", to: folder.path("real"))
        let plan = WatchPlan([folder.path("certs")])
        #expect(plan.folders[folder.path("real")]?.isWhole == true)
        #expect(names(plan) == ["certs", "real"])
    }

    @Test("gives up on links that go round in circles")
    func circle() throws {
        try folder.link("a", to: "b")
        try folder.link("b", to: "a")
        let plan = WatchPlan([folder.path("a")])
        #expect(names(plan) == ["a", "b"])
    }

    @Test("understands . and .. in paths")
    func dots() throws {
        try folder.makeFolder("one")
        let plan = WatchPlan([folder.path("one/.././one/")])
        #expect(plan.folders[folder.path("one")]?.isWhole == true)
    }
}
