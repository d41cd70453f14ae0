"""A plan file changed in place: values replaced, keys taken out, everything else kept to the letter, comments too."""

from __future__ import annotations

import yaml

from pitcairn.errors import Refused


def replaced(text: str, path: tuple[str, ...], value: str) -> str:
    """The text with another value (as YAML) under a key that is there; a comment behind a short value stays.

    Refused where the file is written on one line, in braces; KeyError where the key is not there.
    """
    lines = text.splitlines(keepends=True)
    first, last, name, node = _extent(text, path)
    if isinstance(node, yaml.ScalarNode) and "\n" not in value and name.start_mark.line == node.end_mark.line:
        return text[: node.start_mark.index] + value + text[node.end_mark.index :]
    one_line = node.start_mark.line == node.end_mark.line == first
    comment = lines[first][node.end_mark.column :].rstrip("\n") if one_line else ""
    gap = "" if value.startswith("\n") else " "
    indent = " " * name.start_mark.column
    return "".join([*lines[:first], f"{indent}{name.value}:{gap}{value}{comment}\n", *lines[last:]])


def without(text: str, path: tuple[str, ...]) -> str:
    """The text without a key and its value; the text as it is where the key is not there."""
    if not has(text, path):
        return text
    parent = _parent(text, path)
    if parent.flow_style:
        return _without_flow(text, parent, path[-1])
    lines = text.splitlines(keepends=True)
    first, last, _, _ = _extent(text, path)
    return "".join([*lines[:first], *lines[last:]])


def after(text: str, key: str, addition: str) -> str:
    """The text with whole lines put behind a top-level key and its value."""
    lines = text.splitlines(keepends=True)
    _, last, _, _ = _extent(text, (key,))
    if not lines[last - 1].endswith("\n"):
        lines[last - 1] += "\n"
    return "".join([*lines[:last], addition, *lines[last:]])


def has(text: str, path: tuple[str, ...]) -> bool:
    """Whether the key is there."""
    try:
        _entry(_parent(text, path), path[-1])
    except KeyError:
        return False
    return True


def _without_flow(text: str, parent: yaml.MappingNode, key: str) -> str:
    entries = parent.value
    place, (name, node) = _entry(parent, key)
    if place + 1 < len(entries):
        return text[: name.start_mark.index] + text[entries[place + 1][0].start_mark.index :]
    start = entries[place - 1][1].end_mark.index if place else name.start_mark.index
    return text[:start] + text[node.end_mark.index :]


def _extent(text: str, path: tuple[str, ...]) -> tuple[int, int, yaml.Node, yaml.Node]:
    """The lines of a key and its value, and both; comments above the next key belong to that key."""
    lines = text.splitlines(keepends=True)
    node: yaml.Node = _root(text)
    end = len(lines)
    name = node
    for key in path:
        if not isinstance(node, yaml.MappingNode):
            raise KeyError(key)
        entries = node.value
        place, (name, node) = _entry(node, key)
        if place + 1 < len(entries):
            end = min(end, entries[place + 1][0].start_mark.line)
    first = name.start_mark.line
    while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return first, end, name, node


def _parent(text: str, path: tuple[str, ...]) -> yaml.MappingNode:
    node: yaml.Node = _root(text)
    for key in path[:-1]:
        if not isinstance(node, yaml.MappingNode):
            raise KeyError(key)
        node = _entry(node, key)[1][1]
    if not isinstance(node, yaml.MappingNode):
        raise KeyError(path[-1])
    return node


def _entry(parent: yaml.MappingNode, key: str) -> tuple[int, tuple[yaml.Node, yaml.Node]]:
    for place, (name, node) in enumerate(parent.value):
        if name.value == key:
            return place, (name, node)
    raise KeyError(key)


def _root(text: str) -> yaml.MappingNode:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise Refused("The plan file is written on one line, in braces; such a file cannot be copied with changes.")
    return root
