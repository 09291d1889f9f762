internal import Bytes
internal import Routing

/// What is told to the operator: at a spot that exists, in one line, whatever the input was.
enum Findings {
    static func check(_ findings: [Diagnostic], file: String, source: [UInt8]) throws(Violation) {
        let lines = source.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false)
        for finding in findings {
            try checkText(finding)
            guard finding.file == file, let position = finding.position else { continue }
            try require((1...lines.count).contains(position.line), "\(finding) is about a line of the file")
            try require(
                (1...lines[position.line - 1].count + 1).contains(position.column), "\(finding) is about a column")
            try require(position.length >= 1, "\(finding) is about at least a byte")
            let rendered = finding.rendered(source: source).split(separator: "\n")
            try require((1...4).contains(rendered.count), "what is shown of \(finding) has its lines and no more")
        }
    }

    static func checkText(_ finding: Diagnostic) throws(Violation) {
        let isPlain = finding.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        try require(isPlain, "a finding is one line without control bytes: \(finding.description.debugDescription)")
    }
}
