internal import Bytes
internal import Routing

/// One worker's own form of upstreams of which variables of the request choose one.
struct WorkerChoice {
    /// What comes to the address of one of the candidates.
    let address: Template
    /// What the address can be.
    let candidates: ContiguousArray<WorkerUpstream>

    /// The upstream of an address; nil where no candidate has it.
    func upstream(at address: UnsafeRawBufferPointer) -> WorkerUpstream? {
        candidates.first { candidate in candidate.address.withBytes { ASCII.equals($0, address) } }
    }
}
