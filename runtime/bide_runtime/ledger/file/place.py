"""Where a ledger may be: on a disk of this machine."""

from __future__ import annotations

import sys
from pathlib import Path

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "9p"})
"""File systems of other machines. Their locks and their syncs do not keep what SQLite needs."""


def network_of(path: Path) -> str | None:
    """The network file system that *path* is on; `None` if it is on none, or if this system does not say."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    mounts = [line.split()[1:3] for line in lines if len(line.split()) > 2]
    folder = path.resolve().parent
    holders = [(point, kind) for point, kind in mounts if folder.is_relative_to(_unescaped(point))]
    kind = max(holders, key=lambda each: len(each[0]), default=("", ""))[1]
    is_network = kind in _NETWORK or kind.startswith(("fuse.sshfs", "fuse.rclone", "fuse.s3", "fuse.gcsfuse"))
    return kind if is_network else None


def _unescaped(point: str) -> str:
    """A path of the mount table, in which a space is `\\040`."""
    return point.encode("latin-1", "replace").decode("unicode_escape") if "\\" in point else point
