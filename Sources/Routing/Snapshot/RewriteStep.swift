package import Bytes

/// One step of what is done to a request before it is served (nginx: the directives of the rewrite module).
///
/// The steps of a level run in the order written.
package enum RewriteStep: Hashable, Sendable {
    /// `set $NAME VALUE`.
    case assign(ByteString, Template)
    /// `set $args VALUE`: the query becomes this.
    case assignQuery(Template)
    /// `rewrite PATTERN REPLACEMENT [FLAG]`.
    case rewrite(Rewrite)
    /// `if (CONDITION) { … }`: the steps run where it holds. What else stands in the block of a location is another location,
    /// which `block` numbers among `Location.blocks`.
    case branch(Condition, steps: [RewriteStep], block: Int?)
    /// `break`: no further step runs, and the path stays as it is.
    case stop
    /// `return …`.
    case answer(Return)
}
