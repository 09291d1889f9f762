import Testing

@testable import Control

@Suite("Events of the engine")
struct DockerEventTests {
    private static let id = String(repeating: "ab", count: 32)

    private static func container(_ action: String, _ attributes: String = "") -> String {
        #"{"status":"\#(action)","id":"\#(id)","from":"registry:2","Type":"container","Action":"\#(action)","#
            + #""Actor":{"ID":"\#(id)","Attributes":{"image":"registry:2","name":"r"\#(attributes)}},"#
            + #""scope":"local","time":1700000000,"timeNano":1700000000000000001}"#
    }

    private static func network(_ action: String) -> String {
        #"{"Type":"network","Action":"\#(action)","Actor":{"ID":"net","Attributes":{"container":"\#(id)","#
            + #""name":"front","type":"bridge"}},"scope":"local"}"#
    }

    private static let events: [(json: String, event: DockerEvent?)] = [
        (container("start"), .started(id: id)),
        (container("unpause"), .started(id: id)),
        (container("die", #","exitCode":"0""#), .stopped(id: id)),
        (container("stop"), .stopped(id: id)),
        (container("pause"), .stopped(id: id)),
        (container("destroy"), .stopped(id: id)),
        (container("kill", #","signal":"15""#), .signalled(id: id, signal: .init(number: 15))),
        (container("kill", #","signal":9"#), .signalled(id: id, signal: .init(number: 9))),
        (container("kill", #","signal":"SIGHUP""#), .signalled(id: id, signal: .init(number: 1))),
        (container("kill"), nil),
        (container("health_status: healthy"), .health(id: id, status: "healthy")),
        (container("health_status: unhealthy"), .health(id: id, status: "unhealthy")),
        (container("exec_start: sh"), nil),
        (container("rename"), nil),
        (network("connect"), .networkJoined(id: id)),
        (network("disconnect"), .networkLeft(id: id, network: "front")),
        (network("create"), nil),
        (#"{"status":"start","id":"\#(id)"}"#, .started(id: id)),
        (#"{"Type":"container","Action":"start"}"#, nil),
        (#"{"Type":"container","Action":"start","Actor":{"ID":""}}"#, nil),
        (#"{"Type":"container","Action":"start","Actor":7,"id":"\#(id)"}"#, .started(id: id)),
        (#"{"Type":[],"Action":"die","Actor":{"ID":"\#(id)","Attributes":null}}"#, .stopped(id: id)),
        (#"{"Type":"volume","Action":"mount","Actor":{"ID":"v"}}"#, nil),
        ("{}", nil),
    ]

    @Test("reads the ones that matter, and no others", arguments: events)
    func decoding(json: String, event: DockerEvent?) throws {
        #expect(try DockerEvent.decode(Array(json.utf8)) == event)
    }

    @Test("refuses what is not JSON", arguments: ["", "{", "{]", "[]", "nonsense"])
    func garbage(json: String) {
        #expect(throws: APIError.self) { try DockerEvent.decode(Array(json.utf8)) }
    }

    @Test(
        "knows which signals end a process",
        arguments: [
            ("15", true), ("SIGTERM", true), ("TERM", true), ("9", true), ("2", true), ("QUIT", false), ("HUP", false),
            ("10", false), ("SIGUSR2", false), ("WINCH", false), ("SIGRTMIN+3", false),
        ])
    func signals(text: String, isStop: Bool) throws {
        #expect(try #require(DockerEvent.Signal(text)).isStop == isStop)
    }

    @Test("reads signals by number and name")
    func signalNumbers() {
        #expect(DockerEvent.Signal("SIGRTMIN+3")?.number == 37)
        #expect(DockerEvent.Signal("sigquit")?.number == 3)
        #expect(DockerEvent.Signal("SIGNOTHING") == nil)
        #expect(DockerEvent.Signal("") == nil)
    }
}
