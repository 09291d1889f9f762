import Testing

@testable import Proxy

@Suite("Descriptors that are left to others")
struct DescriptorBudgetTests {
    @Test(
        "are a part of what the process may have, and neither too few nor too many",
        arguments: [
            (16 as UInt, 8 as Int32, 12 as Int32), (96, 64, 80), (1024, 896, 960), (8192, 7168, 7680),
            (1_048_576, 1_047_552, 1_048_064), (.max, .max, .max),
        ])
    func shares(limit: UInt, clients: Int32, backends: Int32) {
        let budget = DescriptorBudget(limit: limit)
        #expect(budget.clients == clients)
        #expect(budget.backends == backends)
        #expect(budget.crowded <= clients && budget.crowded >= clients / 4 * 3)
    }

    @Test("are seen to be there by the lowest number that is free")
    func lowest() {
        #expect(DescriptorBudget(limit: .max).admitsClients(asking: 0))
        // Standard input, output and errors are open.
        #expect(!DescriptorBudget(limit: 4).admitsClients(asking: 0))
    }
}
