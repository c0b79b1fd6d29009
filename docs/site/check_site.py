#!/usr/bin/env python3
"""Checks that each relative link of the HTML files below a directory leads to a file, and to an anchor of that file.

In the pages of doxygen only links to files are checked.

usage: check_site.py DIRECTORY
"""

import html.parser
import os
import sys
import urllib.parse


class page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        with open(path, encoding="utf-8", errors="replace") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            elif name in ("href", "src") and value:
                self.links.append(value)


def main():
    root = sys.argv[1]
    pages, broken, checked = {}, 0, 0
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(".html"):
                path = os.path.join(folder, name)
                pages[os.path.normpath(path)] = page(path)
    for path, content in sorted(pages.items()):
        generated = f"{os.sep}api{os.sep}" in path
        for link in content.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme == "javascript" or generated and not parts.path:
                continue
            if parts.scheme or parts.netloc:
                # Links to other hosts are not checked.
                continue
            checked += 1
            target = os.path.normpath(os.path.join(os.path.dirname(path), urllib.parse.unquote(parts.path))) \
                if parts.path else path
            if os.path.isdir(target):
                target = os.path.join(target, "index.html")
            if path.endswith("404.html") and parts.path.startswith("/"):
                target = os.path.normpath(root + parts.path)
            if not os.path.exists(target):
                print(f"{os.path.relpath(path, root)}: no such file: {link}")
                broken += 1
            elif parts.fragment and not generated and target in pages \
                    and f"{os.sep}api{os.sep}" not in target and parts.fragment not in pages[target].anchors:
                print(f"{os.path.relpath(path, root)}: no such anchor: {link}")
                broken += 1
    if broken or not checked:
        print(f"{broken} broken links of {checked}", file=sys.stderr)
        return 1
    print(f"{len(pages)} pages, {checked} links")
    return 0


if __name__ == "__main__":
    sys.exit(main())
