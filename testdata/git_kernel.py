# SPDX-License-Identifier: GPL-2.0-only
"""A bare git repository of a kernel tree, and commits on it: no work tree is needed."""

import os
import subprocess
from pathlib import Path

BRANCH = "refs/heads/main"
ENVIRONMENT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
               "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# Speed is what counts: nothing is compressed, and nothing is stored as a difference.
FAST = ("-c", "core.compression=0", "-c", "gc.auto=0")


def quoted(path):
    """A path as fast-import takes it."""
    path = os.fsencode(path)
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def data(content):
    return b"data %d\n%s\n" % (len(content), content)


def files_below(root):
    """Paths relative to root, of files and links, in order."""
    for directory, names, files in os.walk(root):
        names.sort()
        links = [name for name in names if os.path.islink(os.path.join(directory, name))]
        for name in sorted(files + links):
            yield os.path.relpath(os.path.join(directory, name), root)


class Repository:
    """A repository whose branch main starts with a tree as it is."""

    def __init__(self, directory, tree):
        self.directory = Path(directory)
        self.number = 0
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.directory],
                       env=self.environment(), check=True)
        self.base = self.import_commits([("base", self.whole(Path(tree)))])[0]

    @staticmethod
    def environment():
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        return {**kept, **ENVIRONMENT}

    def git(self, *words, **options):
        """What git prints, as bytes."""
        return subprocess.run(["git", *FAST, *map(str, words)], cwd=self.directory,
                              env=self.environment(), check=True, stdout=subprocess.PIPE,
                              **options).stdout

    @staticmethod
    def whole(tree):
        for path in files_below(tree):
            file = tree / path
            if file.is_symlink():
                mode, content = b"120000", os.fsencode(os.readlink(file))
            else:
                mode = b"100755" if os.access(file, os.X_OK) else b"100644"
                content = file.read_bytes()
            yield b"M %s inline %s\n%s" % (mode, quoted(path), data(content))

    @staticmethod
    def changes(files):
        """files: path -> text, None for one that goes, or the path it is renamed to in a list."""
        for path, text in files.items():
            if text is None:
                yield b"D %s\n" % quoted(path)
            elif isinstance(text, list):
                yield b"R %s %s\n" % (quoted(path), quoted(text[0]))
            else:
                content = text.encode("utf-8", "surrogateescape")
                yield b"M 100644 inline %s\n%s" % (quoted(path), data(content))

    def import_commits(self, commits):
        """Puts commits on the branch: (subject, lines for fast-import); their ids."""
        with subprocess.Popen(["git", *FAST, "fast-import", "--quiet", "--depth=0"],
                              cwd=self.directory, env=self.environment(),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            out, ids = process.stdin, []
            for subject, lines in commits:
                self.number += 1
                out.write(b"commit %s\nmark :1\n" % BRANCH.encode())
                # A time each, so that the same run makes the same commits.
                out.write(b"committer A. Tester <tester@example.org> %d +0000\n"
                          % (1700000000 + self.number))
                out.write(data(subject.encode()))
                if self.number > 1 and not ids:
                    out.write(b"from %s^0\n" % BRANCH.encode())
                for line in lines:
                    out.write(line)
                out.write(b"\nget-mark :1\n")
                out.flush()
                ids.append(process.stdout.readline().decode().strip())
        if process.returncode or not all(ids):
            raise RuntimeError(f"git fast-import: status {process.returncode}")
        return ids

    def commit(self, subject, files):
        return self.import_commits([(subject, self.changes(files))])[0]

    def format_patch(self, revisions, file, *options):
        """Writes a mailbox with the commits of a range."""
        Path(file).write_bytes(self.git("format-patch", "--stdout", *options, revisions))
        return file
