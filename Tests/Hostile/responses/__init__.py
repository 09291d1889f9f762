"""What a hostile or broken backend answers, and what the client must see of it."""

from responses import endings, framing, heads

CASES = [case for module in (heads, framing, endings) for case in module.TABLE.cases]
