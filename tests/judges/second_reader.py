#!/usr/bin/env python3
"""A second reader of seals, written from docs/seal-format.md alone.

    second_reader.py SEAL.toml [REPOSITORY]

REPOSITORY is the directory above the one that holds the seal, unless it is given. Reads the
canonical text, walks the root, and compares kinds, sizes, modes and link targets; digests too
where `b3sum` is found in PATH, since the standard library has no BLAKE3.

Limits: of `exclude` it understands names (`cache`), names at the top of the root (`/.git`) and
suffixes (`*.log`), all of plain ASCII, and refuses a seal with any other pattern, although that
may be legal. That the seals directory lies outside the root, or is excluded, is not checked.

Exit code: 0 the seal and the directory agree, 1 they differ, 2 the seal is malformed or beyond
these limits, or the directory cannot be read.
"""

import os
import re
import shutil
import stat
import subprocess
import sys

ESCAPED = (
    r"\\[\"\\btnfr]|\\u(?:00(?:0[0-7BEF]|1[0-9A-F]|7F|[89][0-9A-F])"
    r"|061C|200[B-F]|202[89A-E]|206[0-9]|FEFF)"
)
HIDDEN = r"\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
TEXT = rf'(?:[^"\\{HIDDEN}]|{ESCAPED})*'
LETTERS = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}
HEADER = re.compile(
    r"# Seal of (?P<name>[a-z0-9][a-z0-9._-]*): the exact bytes approved\. "
    r"Written by `sealgate seal (?P=name)`; review it like code\.\n"
    r'format = "sealgate-seal/1"\n'
    rf'root = "(?P<root>{TEXT})"\n'
    r"tracked = (?:true|false)\n"
    rf'(?:build = "(?P<build>{TEXT})"\n)?'
    rf'exclude = \[(?P<exclude>|\n(?:  "{TEXT}",\n)+)\]\n'
    r"\n\[entries\]\n"
)
ENTRY = re.compile(
    rf'"(?P<path>{TEXT})" = "(?:'
    r"(?P<kind>file|exec) (?P<size>0|[1-9][0-9]{0,18}) (?P<digest>[0-9a-f]{64})"
    rf'|link (?P<target>{TEXT})|dir)"\n'
)
PATTERN = re.compile(r"/?[A-Za-z0-9._-]+|\*\.[A-Za-z0-9._-]+")


class Malformed(Exception):
    """The text is no canonical seal, or has patterns that are not understood here."""


def require(condition, what):
    if not condition:
        raise Malformed(what)


def meaning(text):
    def one(match):
        code = match[0][1:]
        return chr(int(code[1:], 16)) if code[0] == "u" else LETTERS.get(code, code)

    return re.sub(ESCAPED, one, text)


def check_path(path):
    parts = path.split("/")
    require(not any(part in ("", ".", "..") for part in parts), f"component of {path!r}")
    require("\\" not in path and "\0" not in path, f"character in {path!r}")
    require(not re.match("[A-Za-z]:", path), f"drive prefix of {path!r}")
    require(len(path.encode()) <= 4096 and len(parts) <= 256, f"length of {path!r}")


def parse(data, name):
    """Returns the root, the patterns, and the entries by path."""
    require(len(data) <= 256 << 20, "longer than 256 MiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(str(error)) from error
    header = HEADER.match(text)
    require(header and header["name"] == name != "policy", "header")
    root = meaning(header["root"])
    patterns = [meaning(quoted) for quoted in re.findall(rf'"({TEXT})",\n', header["exclude"])]
    for pattern in patterns:
        simple = PATTERN.fullmatch(pattern) and pattern.strip("/") not in (".", "..")
        require(simple, f"pattern {pattern!r} is not understood here")
    require(len(set(patterns)) == len(patterns), "a pattern twice")
    if root == ".":
        require(patterns[:1] == ["/.git"], "/.git is not excluded first")
    else:
        check_path(root)
    entries, at, last = {}, header.end(), b""
    while at < len(text):
        line = ENTRY.match(text, at)
        require(line, f"line {text.count(chr(10), 0, at) + 1}")
        path = meaning(line["path"])
        check_path(path)
        require(path.encode() > last, f"order of {path!r}")
        if line["kind"]:
            require(int(line["size"]) < 1 << 63, f"size of {path!r}")
            value = (line["kind"], int(line["size"]), line["digest"])
        elif line["target"] is not None:
            value = ("link", meaning(line["target"]))
            require(value[1] and "\0" not in value[1], f"target of {path!r}")
        else:
            value = ("dir",)
        require(not excluded(path.encode(), patterns), f"{path!r} is excluded")
        entries[path], at, last = value, line.end(), path.encode()
    require(entries, "no entries")
    for path in entries:
        parents = (path[: match.start()] for match in re.finditer("/", path))
        require(not any(parent in entries for parent in parents), f"{path!r} lies below another")
    return root, patterns, entries


def excluded(path, patterns):
    parts = path.split(b"/")
    for pattern in (text.encode() for text in patterns):
        if pattern.startswith(b"/"):
            hit = parts[0] == pattern[1:]
        elif pattern.startswith(b"*"):
            hit = any(part.endswith(pattern[1:]) for part in parts)
        else:
            hit = pattern in parts
        if hit:
            return True
    return False


def walk(root, patterns, below=b""):
    """Yields what is in scope: path as bytes, and its value without a digest."""
    for name in sorted(os.listdir(os.path.join(root, below))):
        path = below + b"/" + name if below else name
        if excluded(path, patterns):
            continue
        full = os.path.join(root, path)
        status = os.lstat(full)
        if stat.S_ISDIR(status.st_mode):
            inside = list(walk(root, patterns, path))
            yield from inside or [(path, ("dir",))]
        elif stat.S_ISLNK(status.st_mode):
            yield path, ("link", os.fsdecode(os.readlink(full)))
        elif stat.S_ISREG(status.st_mode):
            yield path, ("exec" if status.st_mode & 0o111 else "file", status.st_size)
        else:
            yield path, ("special",)


def digests(root, paths):
    """The digests of `paths`, or None without b3sum."""
    if shutil.which("b3sum") is None:
        return None
    found = {}
    for start in range(0, len(paths), 200):
        some = paths[start : start + 200]
        command = ["b3sum", "--no-names", "--", *(os.path.join(root, path) for path in some)]
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
        found.update(zip(some, output.split(), strict=True))
    return found


def compare(root, patterns, entries):
    """Returns the differences, and whether digests were compared."""
    sealed = {path.encode(): value for path, value in entries.items()}
    seen = dict(walk(root, patterns))
    wrong = [f"missing: {path!r}" for path in sealed.keys() - seen.keys()]
    wrong += [f"unsealed: {path!r}" for path in seen.keys() - sealed.keys()]
    same = []
    for path in sealed.keys() & seen.keys():
        if sealed[path][:2] != seen[path]:
            wrong.append(f"differs: {path!r}: sealed {sealed[path][:2]}, found {seen[path]}")
        elif len(sealed[path]) == 3:
            same.append(path)
    found = digests(root, sorted(same))
    for path in same if found is not None else []:
        if found[path] != sealed[path][2]:
            wrong.append(f"digest differs: {path!r}: {found[path]}")
    return sorted(wrong), found is not None


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    file = os.path.abspath(arguments[0])
    repository = arguments[1] if len(arguments) == 2 else os.path.dirname(os.path.dirname(file))
    name = os.path.basename(file).removesuffix(".toml")
    try:
        with open(file, "rb") as stream:
            root, patterns, entries = parse(stream.read(), name)
        place = repository
        for part in [] if root == "." else root.split("/"):
            place = os.path.join(place, part)
            require(stat.S_ISDIR(os.lstat(place).st_mode), f"{place!r} is no directory")
        wrong, hashed = compare(os.fsencode(place), patterns, entries)
    except (Malformed, OSError, subprocess.SubprocessError) as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    for line in wrong:
        print(line)
    note = "" if hashed else "; b3sum not found, digests not compared"
    print(f"{name}: {len(entries)} entries, {len(wrong)} differences{note}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
