// Does one part's work so often that its instructions can be counted: Microbenchmarks NAME COUNT. Without arguments it
// lists the names. Benchmarks/instructions runs it under callgrind.

#if canImport(Glibc)
    internal import Glibc
#endif

private let all: [Microbenchmark] =
    HeadBenchmarks.all + HTTP2Benchmarks.all + RoutingBenchmarks.all + BodyBenchmarks.all + LoopBenchmarks.all

private let arguments = CommandLine.arguments
guard arguments.count == 3, let count = Int(arguments[2]) else {
    for benchmark in all { print(benchmark.name) }
    exit(arguments.count == 1 ? 0 : 2)
}
guard let benchmark = all.first(where: { $0.name == arguments[1] }) else { exit(2) }
try benchmark.run(count)
