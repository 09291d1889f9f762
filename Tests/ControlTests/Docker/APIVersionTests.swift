import Testing

@testable import Control

@Suite("Versions of the engine's API")
struct APIVersionTests {
    @Test("takes the engine's own version")
    func answer() {
        let json = #"{"Version":"29.0.0","ApiVersion":"1.52","MinAPIVersion":"1.44","Os":"linux"}"#
        #expect(APIVersion(versionAnswer: Array(json.utf8)) == APIVersion(major: 1, minor: 52))
    }

    @Test(
        "finds none in other answers", arguments: ["", "{}", "[]", #"{"ApiVersion":"new"}"#, #"{"ApiVersion":null}"#])
    func noVersion(json: String) {
        #expect(APIVersion(versionAnswer: Array(json.utf8)) == nil)
    }

    @Test("orders by number, not by text")
    func order() throws {
        #expect(try #require(APIVersion("1.9")) < #require(APIVersion("1.44")))
    }

    @Test("refuses odd texts", arguments: ["", "1", "1.", ".1", "1.2.3", "a.b", "-1.4", "1.99999999999"])
    func refused(text: String) {
        #expect(APIVersion(text) == nil)
    }
}
