import Foundation
import Testing

extension EndToEnd {
    /// `make soak` for half a minute: that it works, and that nothing comes of it.
    @Suite("Soak", .requires(.hostile, .registry, .administrator))
    struct SoakTests {
        @Test(
            "under mixed load, changes, faults and a new version loses nothing and keeps nothing",
            .timeLimit(.minutes(5)))
        func short() throws {
            let outcome = try Command([
                Requirement.python, Checkout.folder + "/Tests/Soak/soak.py", "--portico", Checkout.portico, "--time",
                "20s",
            ]).outcome(within: .seconds(240))
            #expect(outcome.status == 0, "\(outcome)")
            print("soak.py: \(outcome.output.split(separator: "\n").last ?? "said nothing")")
        }
    }
}
