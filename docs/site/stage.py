#!/usr/bin/env python3
"""Prepares the pages of the site for mkdocs.

Copies docs/ and some pages of the project to WORK/pages. Changes links to files that are not pages:
  a public header      -> its page in the reference of doxygen (WORK/pages/reference/api); the tag file contains its name
  another source file  -> a page with the text of the file, which this script creates

usage: stage.py SOURCE_DIR WORK
"""

import html
import os
import re
import shutil
import sys
import xml.etree.ElementTree

PROJECT = {
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
    "bench/NOTES.md": "project/benchmark-notes.md",
    "bench/peers/README.md": "project/benchmark-peers.md",
}
LANGUAGES = {".cpp": "cpp", ".hpp": "cpp", ".c": "c", ".sh": "bash", ".mjs": "js", ".conf": "nginx", ".yml": "yaml"}
HEADERS = "framework/include/"


def header_pages(tags):
    """{path of a header from the root: page of doxygen}"""
    pages = {}
    for compound in xml.etree.ElementTree.parse(tags).getroot().iter("compound"):
        if compound.get("kind") == "file":
            path = compound.findtext("path") + compound.findtext("name")
            pages[path[path.index(HEADERS):]] = "reference/api/" + compound.findtext("filename")
    return pages


def sources(root):
    """{path from the root: path on the site} of the Markdown pages."""
    pages = dict(PROJECT)
    for folder, folders, names in os.walk(os.path.join(root, "docs")):
        if os.path.relpath(folder, root) == "docs":
            folders.remove("site")
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root)
            if name.endswith(".md"):
                pages[path] = path[len("docs/"):]
    return pages


class site:
    def __init__(self, root, work):
        self.root, self.out = root, os.path.join(work, "pages")
        self.pages = sources(root)
        self.headers = header_pages(os.path.join(work, "tags.xml"))
        self.texts = set()

    def target(self, path):
        """The place on the site of a file of the repository; None for a directory or a missing file."""
        if path in self.pages:
            return self.pages[path]
        if path in self.headers:
            return self.headers[path]
        if path == "README.md":
            return "index.md"
        if os.path.isdir(os.path.join(self.root, path)):
            return None
        self.texts.add(path)
        return "source/" + path.replace("/", "-") + ".md"

    def link(self, page, text, url):
        if re.match(r"[a-z][a-z0-9+.-]*:|#|/", url):
            return f"[{text}]({url})"
        path, _, anchor = url.partition("#")
        place = self.target(os.path.normpath(os.path.join(os.path.dirname(page), path)))
        if place is None:
            return text
        url = os.path.relpath(place, os.path.dirname(self.pages[page]) or ".")
        return f"[{text}]({url}{'#' + anchor if anchor else ''})"

    def markdown(self, page, text):
        text = re.sub(
            r"(^ *```.*?^ *```$|`[^`\n]+`)|\[((?:`[^`]*`|[^\]`])*)\]\(([^)\s]+)\)",
            lambda m: m.group(1) or self.link(page, m.group(2), m.group(3)),
            text,
            flags=re.DOTALL | re.MULTILINE,
        )
        # In a table, Python-Markdown keeps the backslash of `\\|`. GitHub removes it.
        text = re.sub(r"^\|.*$", lambda m: re.sub(r"`([^`]*\\\|[^`]*)`", self.code_with_bars, m.group(0)), text,
                      flags=re.MULTILINE)
        return re.sub(r"^<!-- .* -->\n", "", text, flags=re.MULTILINE)

    @staticmethod
    def code_with_bars(match):
        return "<code>" + html.escape(match.group(1).replace("\\|", "|")).replace("|", "&#124;") + "</code>"

    def write(self, place, text):
        path = os.path.join(self.out, place)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            return file.read()

    def build(self):
        for page, place in self.pages.items():
            self.write(place, self.markdown(page, self.read(page)))
        for path in sorted(self.texts):
            language = LANGUAGES.get(os.path.splitext(path)[1], "text")
            text = self.read(path).rstrip().replace("```", "` ` `")
            self.write(self.target(path), f"# {os.path.basename(path)}\n\n`{path}`\n\n```{language}\n{text}\n```\n")
        listed = "\n".join(
            f"| [`{path[len(HEADERS):]}`](api/{os.path.basename(page)}) |" for path, page in sorted(self.headers.items())
        )
        self.write(
            "reference/headers.md",
            "# Headers\n\nThe reference of the public headers is generated from their comments: "
            "[all classes](api/annotated.html), [all files](api/files.html).\n\n| header |\n|---|\n" + listed + "\n",
        )
        shutil.copy(os.path.join(self.root, "docs/site/site.css"), self.out)


if __name__ == "__main__":
    site(os.path.abspath(sys.argv[1]), sys.argv[2]).build()
