/// What some cases are about; the cases of a theme share two servers.
struct Theme: CustomStringConvertible, Sendable {
    let description: String
    let cases: [Case]

    init(_ description: String, _ cases: [Case]) {
        self.description = description
        self.cases = cases
    }

    static let all = [
        access, addedFields, answerFields, answers, backendAnswers, compression, errorPages, files, locations, passing,
        passwords,
        requestFields, rewriting, sizes, steps, subrequests, targets, variables,
    ]
}
