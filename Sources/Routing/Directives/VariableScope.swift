internal import Bytes

/// The variables that the operator has made.
struct VariableScope: Hashable, Sendable {
    /// Those that `set`, `auth_request_set` and named groups of regular expressions give values, in lower case.
    var names: Set<ByteString> = []
    /// Those that `map` makes.
    var maps: [ByteString: VariableMap] = [:]
    /// Every value that is given to one of them by `set`; a variable with a value that is not always the same is missing.
    var constants: [ByteString: [ByteString]] = [:]
    /// Those that have a value which is not always the same.
    private var changing: Set<ByteString> = []

    /// The variable that the operator knows by this name, which is in lower case.
    func variable(named name: String) -> Variable? {
        let name = ByteString(name)
        if let map = maps[name] { return .mapped(map) }
        return names.contains(name) ? .custom(name) : nil
    }

    /// All values that a variable can have, where they are known beforehand and not empty.
    func values(of variable: Variable) -> [ByteString]? {
        if case .mapped(let map) = variable {
            let values = map.values.compactMap(\.constant)
            guard values.count == map.values.count else { return nil }
            return Array(Set(values.filter { !$0.isEmpty })).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        }
        guard case .custom(let name) = variable, let values = constants[name], !values.isEmpty else { return nil }
        return Array(Set(values)).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    /// Notes what the directives of a file, at any depth, give values.
    mutating func declare(_ directives: [Directive]) {
        var changing: Set<ByteString> = []
        declare(directives, &changing)
        for name in changing.union(self.changing) { constants[name] = nil }
        self.changing.formUnion(changing)
    }

    private mutating func declare(_ directives: [Directive], _ changing: inout Set<ByteString>) {
        for directive in directives {
            let kind = Self.kinds[directive.name.text]
            switch kind {
            case .set where directive.arguments.count == 2 && directive.arguments[0].text.bytes.first == Self.dollar:
                let name = Self.lowercased(directive.arguments[0].text.bytes.dropFirst())
                let value = directive.arguments[1].text
                names.insert(name)
                if value.bytes.contains(Self.dollar) {
                    changing.insert(name)
                } else {
                    constants[name, default: []].append(value)
                }
            case .setByRequest
            where directive.arguments.count == 2 && directive.arguments[0].text.bytes.first == Self.dollar:
                let name = Self.lowercased(directive.arguments[0].text.bytes.dropFirst())
                names.insert(name)
                changing.insert(name)
            case .matching, .map:
                for argument in directive.arguments { declareGroups(of: argument.text, &changing) }
            case .set, .setByRequest, nil: break
            }
            guard let block = directive.block else { continue }
            if kind == .map {
                for line in block { declareGroups(of: line.name.text, &changing) }
            } else {
                declare(block, &changing)
            }
        }
    }

    private mutating func declareGroups(of text: ByteString, _ changing: inout Set<ByteString>) {
        // Named groups begin so in every spelling that PCRE2 knows.
        guard text.bytes.contains(UInt8(ascii: "(")), text.text.contains("(?") else { return }
        let expression = text.bytes.drop {
            $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "!")
        }
        for candidate in [Array(expression), Array(expression.dropLast())] {
            guard let pattern = try? Pattern(ByteString(candidate)) else { continue }
            for group in pattern.captureNames {
                names.insert(group.name)
                changing.insert(group.name)
            }
            return
        }
    }

    /// What a directive has to do with variables.
    private enum Kind {
        case map
        case matching
        case set
        case setByRequest
    }

    private static let kinds: [ByteString: Kind] = [
        "auth_request_set": .setByRequest, "if": .matching, "location": .matching, "map": .map, "rewrite": .matching,
        "server_name": .matching, "set": .set,
    ]

    static func lowercased(_ bytes: ArraySlice<UInt8>) -> ByteString { ByteString(bytes.map(ASCII.lowercased)) }

    private static let dollar = UInt8(ascii: "$")
}
