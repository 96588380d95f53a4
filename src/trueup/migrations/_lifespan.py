"""Writes lifespans into Python files with LibCST, so that every byte that is not about handlers stays.

Imported late: LibCST costs more than a whole `check`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst
from libcst import matchers
from libcst.metadata import MetadataWrapper, PositionProvider

WIDEST = 120
BLANK = cst.EmptyLine(indent=False)


@dataclass
class Edits:
    """What to do in one file, by line: decorators and statements to take out, calls to change, functions to put in.

    `calls` names the lifespan for the call in the statement at a line ('' only takes the old keywords out);
    `functions` holds the text of the function that goes before that statement, and whether it is at the module's top.
    """

    decorators: set[int] = field(default_factory=set)
    statements: set[int] = field(default_factory=set)
    calls: dict[int, str] = field(default_factory=dict)
    functions: dict[int, tuple[str, bool]] = field(default_factory=dict)


def rewrite(text: str, edits: Edits) -> str:
    """The text with the edits carried out; raises cst.ParserSyntaxError."""
    return MetadataWrapper(cst.parse_module(text)).visit(_Writer(edits)).code


def remarks(text: str, lines: set[int]) -> dict[int, tuple[tuple[str, ...], str]]:
    """Comments above and behind the statements at some lines, for those that will be taken out."""
    reader = _Remarks(lines)
    MetadataWrapper(cst.parse_module(text)).visit(reader)
    return reader.found


class _Remarks(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, lines: set[int]) -> None:
        super().__init__()
        self.lines = lines
        self.found: dict[int, tuple[tuple[str, ...], str]] = {}

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:
        """Keep the comments of one statement."""
        line = self.get_metadata(PositionProvider, node).start.line
        if line in self.lines:
            behind = node.trailing_whitespace.comment
            every = [one.value for one in _comments(node)]
            self.found[line] = (tuple(every[:-1] if behind else every), behind.value if behind else '')


class _Writer(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, edits: Edits) -> None:
        super().__init__()
        self.edits = edits
        self.first: set[cst.CSTNode] = set()

    def _line(self, node: cst.CSTNode) -> int:
        return int(self.get_metadata(PositionProvider, node).start.line)

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        """Remember which statement begins a block: nothing blank goes above it."""
        self.first.add(node.body[0])

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        """Take decorators off; what was remarked behind them stands above the function."""
        kept: list[cst.Decorator] = []
        said: list[cst.EmptyLine] = []
        for old, new in zip(original_node.decorators, updated_node.decorators, strict=True):
            if self._line(old.decorator) not in self.edits.decorators:
                kept.append(new)
                continue
            said += [line for line in old.leading_lines if line.comment]
            if old.trailing_whitespace.comment:
                said.append(cst.EmptyLine(comment=old.trailing_whitespace.comment))
        if len(kept) == len(original_node.decorators):
            return updated_node
        return updated_node.with_changes(decorators=kept, leading_lines=[*updated_node.leading_lines, *said])

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel | cst.FlattenSentinel[cst.BaseStatement]:
        """Take a registration out, or give the app its lifespan."""
        line = self._line(original_node)
        if line in self.edits.statements:
            return cst.RemoveFromParent()
        if line in self.edits.calls:
            column = int(self.get_metadata(PositionProvider, original_node).start.column)
            updated_node = self._called(updated_node, self.edits.calls[line], column)
        if line not in self.edits.functions:
            return updated_node
        text, top = self.edits.functions[line]
        gap = [BLANK] * (2 if top else 1)
        above = [] if original_node in self.first else gap
        function = cst.ensure_type(cst.parse_statement(text), cst.FunctionDef).with_changes(leading_lines=above)
        below = [*gap, *_without_blank(updated_node.leading_lines)]
        return cst.FlattenSentinel([function, updated_node.with_changes(leading_lines=below)])

    @staticmethod
    def _called(statement: cst.SimpleStatementLine, name: str, column: int) -> cst.SimpleStatementLine:
        made = cst.ensure_type(statement.body[0], cst.Assign | cst.AnnAssign)  # type: ignore[arg-type]
        call = cst.ensure_type(made.value, cst.Call)
        kept = [
            item for item in call.args if not (item.keyword and item.keyword.value in ('on_startup', 'on_shutdown'))
        ]
        if name:
            kept = _joined(call, kept, name)
        elif kept:
            kept[-1] = kept[-1].with_changes(comma=call.args[-1].comma)
        gone = [item for item in call.args if item.keyword and item.keyword.value in ('on_startup', 'on_shutdown')]
        said = [cst.EmptyLine(comment=one) for item in gone for one in _comments(item)]
        statement = statement.with_changes(leading_lines=[*statement.leading_lines, *said])
        new = call.with_changes(args=kept)
        done = statement.with_changes(body=[made.with_changes(value=new), *statement.body[1:]])
        code = cst.Module([]).code_for_node(done.with_changes(leading_lines=[]))
        if '\n' not in code.strip('\n') and column + len(code.strip('\n')) > WIDEST and name:
            new = _one_a_line(new)
            done = statement.with_changes(body=[made.with_changes(value=new), *statement.body[1:]])
        return done


def _joined(call: cst.Call, kept: list[cst.Arg], name: str) -> list[cst.Arg]:
    """The arguments with `lifespan=` behind them, laid out as they are."""
    plain = cst.AssignEqual(cst.SimpleWhitespace(''), cst.SimpleWhitespace(''))
    last = call.args[-1] if call.args else None
    added = cst.Arg(cst.Name(name), keyword=cst.Name('lifespan'), equal=plain)
    if last is not None:
        added = added.with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    if not kept:
        return [added]
    commas = [item.comma for item in call.args[:-1]]
    between: cst.BaseParenthesizableWhitespace = cst.SimpleWhitespace(' ')
    if commas and isinstance(commas[-1], cst.Comma):
        between = commas[-1].whitespace_after
    elif isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace):
        between = call.whitespace_before_args
    if isinstance(between, cst.ParenthesizedWhitespace):  # without the remarks that stand there
        tail = cst.TrailingWhitespace()
        behind = kept[-1].comma.whitespace_after if isinstance(kept[-1].comma, cst.Comma) else None
        if kept[-1] is last and isinstance(behind, cst.ParenthesizedWhitespace):
            tail = behind.first_line
            plain_end = behind.with_changes(first_line=cst.TrailingWhitespace())
            added = added.with_changes(comma=cst.Comma(whitespace_after=plain_end))
        between = between.with_changes(first_line=tail, empty_lines=[])
    whitespace = cst.SimpleWhitespace('')
    kept[-1] = kept[-1].with_changes(comma=cst.Comma(whitespace_after=between), whitespace_after_arg=whitespace)
    return [*kept, added]


def _one_a_line(call: cst.Call) -> cst.Call:
    """The call with one argument a line, as black has it."""
    inside = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace('    '))
    outside = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(''))
    lines = [item.with_changes(comma=cst.Comma(whitespace_after=inside)) for item in call.args[:-1]]
    lines.append(call.args[-1].with_changes(comma=cst.Comma(whitespace_after=outside)))
    return call.with_changes(whitespace_before_args=inside, args=lines)


def _comments(node: cst.CSTNode) -> list[cst.Comment]:
    """All remarks in a stretch of code, in their order."""
    return [cst.ensure_type(one, cst.Comment) for one in matchers.findall(node, matchers.Comment())]


def _without_blank(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """The lines from the first remark on."""
    first = next((number for number, line in enumerate(lines) if line.comment), len(lines))
    return list(lines[first:])
