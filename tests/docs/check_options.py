#!/usr/bin/env python3
"""Compares the tables of docs/reference/options.md with the option structs in the headers.

Each section names a struct in its heading and the header in its first link. Each data member of the struct must have
a row, each row must be a member, and the default must be the one in the header, where it is a number, a duration, a
size, a bool, an enumerator or a string. A default that is an empty value is not compared.

usage: check_options.py SOURCE_DIR
"""

import os
import re
import sys

PAGE = "docs/reference/options.md"


def members(header, struct):
    """Returns {name: default text} of the data members of a struct."""
    text = re.sub(r"///?.*", "", open(header, encoding="utf-8").read())
    found = re.search(r"\bstruct " + struct + r"\n\{(.*?)\n\};", text, re.DOTALL)
    if not found:
        return None
    body = re.sub(r"\n    struct .*?\n    \};", "", found.group(1), flags=re.DOTALL)
    body = re.sub(r"\n    (static|inline|template).*?;", "", body, flags=re.DOTALL)
    result = {}
    for statement in re.split(r";\s*(?:\n|$)", body):
        statement = " ".join(statement.split())
        match = re.match(r"(?:[\w:]+)(?:<.*>)? (\w+)(?: ?= ?(.*)|\{(.*)\})?$", statement)
        if match:
            kind = statement[: match.start(1)]
            default = match.group(2) if match.group(2) is not None else match.group(3)
            result[match.group(1)] = shown(default, kind, match.group(1))
    return result


def shown(default, kind, name):
    """Returns the default as the page writes it, or None if it is not compared."""
    if not default:
        return None
    text = default.replace("'", "").replace("UL", "")
    if re.fullmatch(r'".*"', text):
        return text[1:-1]
    if re.fullmatch(r"[\w:]+::\w+", text):
        return text.rsplit("::", 1)[1]
    if text in ("true", "false"):
        return text
    if not re.fullmatch(r"[\d* ]+", text):
        return None
    value = 1
    for factor in text.split("*"):
        value *= int(factor)
    if "milliseconds" in kind and value:
        return f"{value // 1000} s" if value % 1000 == 0 else f"{value} ms"
    if ("bytes" in name or "input" in name) and value:
        for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
            if value % size == 0:
                return f"{value // size} {unit}"
    return f"{value}" if name == "port" else f"{value:,}"


def check(root):
    wrong, rows = [], 0
    text = open(os.path.join(root, PAGE), encoding="utf-8").read()
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        struct = section.split("\n", 1)[0].strip().rsplit("::", 1)[-1]
        link = re.search(r"\]\(([^)#]+\.hpp)\)", section)
        header = link and os.path.normpath(os.path.join(root, os.path.dirname(PAGE), link.group(1)))
        expected = header and os.path.exists(header) and members(header, struct)
        if not expected:
            wrong.append(f"no struct {struct} in {header}")
            continue
        documented = dict(re.findall(r"^\| `(\w+)` \|([^|]*)\|", section, flags=re.MULTILINE))
        rows += len(documented)
        for name in expected.keys() - documented.keys():
            wrong.append(f"{struct}::{name} has no row")
        for name in documented.keys() - expected.keys():
            wrong.append(f"{struct} has no member {name}")
        for name in expected.keys() & documented.keys():
            page = documented[name].strip().strip("`")
            if expected[name] is not None and page != expected[name]:
                wrong.append(f"{struct}::{name}: the page says {page}, the header {expected[name]}")
    return sorted(wrong), rows


def main():
    wrong, rows = check(sys.argv[1])
    for line in wrong:
        print(f"{PAGE}: {line}")
    if wrong:
        print(f"{len(wrong)} mistakes", file=sys.stderr)
        return 1
    print(f"{rows} options are as in the headers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
