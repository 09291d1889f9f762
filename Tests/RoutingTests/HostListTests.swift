import Bytes
import Testing

@testable import Routing

@Suite("Lists of hosts")
struct HostListTests {
    private func host(_ number: Int) -> SharedHost {
        SharedHost(VirtualHost(name: ByteString("h\(number + 10_000).test"), locations: []))
    }

    @Test(
        "hold what was put into its place, find it, and tell what has changed", arguments: [0, 1, 128, 300])
    func changes(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        var model = (0..<count).map { host($0 * 3) }
        var list = HostList(model)
        for round in 0..<40 {
            let (earlier, before) = (list, model)
            // Now and then so many come one behind the other that a block has to be divided.
            let first = Int.random(in: 0..<max(3 * count, 10), using: &generator)
            let numbers = first..<first + (round % 20 == 19 ? 150 : Int.random(in: 0...2, using: &generator))
            for number in numbers {
                let new = host(number)
                let isGone = round % 20 != 19 && Bool.random(using: &generator)
                let index = model.firstIndex { !$0.host.name.precedes(new.host.name) } ?? model.count
                if index < model.count, model[index].host.name == new.host.name { model.remove(at: index) }
                if !isGone { model.insert(new, at: index) }
                list.place(isGone ? nil : new, named: new.host.name)
            }
            #expect(list.count == model.count)
            #expect(zip(list.objects, model).allSatisfy { $0 === $1 })
            #expect(model.indices.allSatisfy { list.object(at: $0) === model[$0] })
            #expect(model.indices.allSatisfy { list.index(named: model[$0].host.name) == $0 })
            #expect(list.index(named: "h1.test") == nil && list.index(named: "z.test") == nil)
            var (kept, gone, new): ([[Int]], [Int], [Int]) = ([], [], [])
            list.compare(
                with: earlier, kept: { kept.append([$0, $1]) }, gone: { gone.append($0) }, new: { new.append($0) })
            let old = Dictionary(uniqueKeysWithValues: before.enumerated().map { (ObjectIdentifier($1), $0) })
            let now = Dictionary(uniqueKeysWithValues: model.enumerated().map { (ObjectIdentifier($1), $0) })
            #expect(
                kept == before.indices.compactMap { index in now[ObjectIdentifier(before[index])].map { [index, $0] } })
            #expect(gone == before.indices.filter { now[ObjectIdentifier(before[$0])] == nil })
            #expect(new == model.indices.filter { old[ObjectIdentifier(model[$0])] == nil })
        }
    }
}
