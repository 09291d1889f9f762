private import CLinux

/// The memory that the program itself takes.
package enum ProgramMemory {
    /// Gives back what was needed of code and constants so far (madvise(2)): most of what starts a server never runs again.
    ///
    /// What does run again is mapped again as it is needed, mostly without reading, because the system keeps the files in memory.
    package static func releaseCode() { portico_release_code() }
}
