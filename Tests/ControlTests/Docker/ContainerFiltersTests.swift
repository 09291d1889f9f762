import Testing

@testable import Control

@Suite("Filters of containers")
struct ContainerFiltersTests {
    @Test(
        "are sent as the engine's API has them, with `status` and `id` unless they are given",
        arguments: [
            ("label=public", #"{"id":["x"],"label":["public"],"status":["running"]}"#),
            (
                " label = a=b , network=front,,label=c",
                #"{"id":["x"],"label":["a=b","c"],"network":["front"],"status":["running"]}"#
            ),
            ("status=paused", #"{"id":["x"],"status":["paused"]}"#),
            ("id=abc", #"{"id":["abc"],"status":["running"]}"#),
            (#"label=say"/\"#, #"{"id":["x"],"label":["say\"/\\"],"status":["running"]}"#),
            ("name=", #"{"id":["x"],"name":[""],"status":["running"]}"#),
            (",", #"{"id":["x"],"status":["running"]}"#),
        ])
    func json(text: String, json: String) throws {
        #expect(try ContainerFilters(text).json(for: "x") == json)
    }

    @Test("are refused where a part is none", arguments: ["label", "a=b,c", "=b", " =b"])
    func refused(text: String) {
        #expect(throws: SettingsError.self) { try ContainerFilters(text) }
    }
}
