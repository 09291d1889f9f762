private import CLinux

/// The processors of this machine as far as this process is concerned.
package enum Processors {
    /// How many processors the process may run on, at least 1 (sched_getaffinity(2)).
    package static var available: Int { Int(portico_available_processors()) }
}
