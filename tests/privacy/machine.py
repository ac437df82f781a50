"""A machine within this one that notes what a program looks up, sends and writes. Linux only.

It has the disk of the real one, copied on writing (overlayfs), so that whatever is written lies in one folder; a
network in which every address is this machine's own, so that what is sent can be counted; and a name server that notes
each question. To be run in namespaces of its own:

    unshare --net --mount python -m tests.privacy.machine SCRATCH REPORT PROGRAM ARGUMENTS...

``SCRATCH`` is an empty folder to be mounted over; ``REPORT`` an existing file for a ``Report`` in JSON.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

HOME = Path("/home/somebody")
"""The home of who runs the program: empty."""
_NOWHERE = "192.0.2.7"  # an address for documentation: RFC 5737


@dataclass(frozen=True, slots=True)
class Report:
    """What a program did."""

    status: int
    """Its exit status."""
    lookups: list[str]
    """Names of hosts that it asked for."""
    packets: int
    """What was sent and answered through IP, lookups aside."""
    written: list[str]
    """Files that it left, from the root."""


def main() -> None:
    """Run the program on the command line, and write the report."""
    scratch, report, *command = sys.argv[1:]
    with Path(report).open("w") as file:  # opened before the disk is another
        upper = _copy_on_write(Path(scratch))
        names = _NameServer()
        _set_up_network()
        before, files = _packets(), _files_in(upper)
        status = subprocess.run(command, env=os.environ | {"HOME": str(HOME)}, check=False).returncode
        written = sorted(_files_in(upper) - files)
        packets = _packets() - before - 2 * len(names.asked)
        json.dump(asdict(Report(status, names.asked, packets, written)), file)


def _copy_on_write(scratch: Path) -> Path:
    """Make a copy of the disk the root; returns the folder in which changes lie, as seen from there."""
    here = Path.cwd()
    _mount("tmpfs", scratch, "-t", "tmpfs")
    upper, work, root = (scratch / name for name in ("upper", "work", "root"))
    for folder in (upper, work, root):
        folder.mkdir()
    _mount("overlay", root, "-t", "overlay", "-o", f"lowerdir=/,upperdir={upper},workdir={work}")
    for name in ("proc", "dev", "sys"):
        _mount(f"/{name}", root / name, "--rbind")
    for folder in (root / "run", root / "dev" / "shm"):
        _mount("tmpfs", folder, "-t", "tmpfs")
    inside = root / str(scratch).lstrip("/")
    inside.mkdir(parents=True, exist_ok=True)
    _mount(scratch, inside, "--bind")
    (root / "etc" / "resolv.conf").unlink(missing_ok=True)
    (root / "etc" / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    (root / str(HOME).lstrip("/")).mkdir(parents=True)
    os.chroot(root)
    os.chdir(here)
    return scratch / "upper"


def _mount(what: str | Path, where: Path, *options: str) -> None:
    subprocess.run(["mount", *options, str(what), str(where)], check=True)


def _files_in(upper: Path) -> set[str]:
    return {"/" + str(Path(folder, name).relative_to(upper)) for folder, _, names in os.walk(upper) for name in names}


def _set_up_network() -> None:
    from pyroute2 import IPRoute

    for path in Path("/proc/sys/net/ipv6/conf").glob("*/disable_ipv6"):
        path.write_text("1")  # it would announce itself
    with IPRoute() as network:
        (loopback,) = network.link_lookup(ifname="lo")
        network.link("set", index=loopback, state="up")
        network.route("add", type="local", scope=254, table=255, dst="0.0.0.0/0", oif=loopback)  # AnyIP


def _packets() -> int:
    """Packets sent so far, through any interface."""
    rows = Path("/proc/net/dev").read_text().splitlines()[2:]
    return sum(int(row.split(":")[1].split()[9]) for row in rows)


class _NameServer:
    """Answers every question with an address where nobody is, and notes it (RFC 1035)."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            question, sender = self._socket.recvfrom(4096)
            labels, at = [], 12
            while length := question[at]:
                labels.append(question[at + 1 : at + 1 + length].decode("latin-1"))
                at += length + 1
            self.asked.append(".".join(labels))
            kind = question[at + 1 : at + 3]
            record = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04" + socket.inet_aton(_NOWHERE)
            count = 1 if kind == b"\0\x01" else 0  # one address, of IPv4 only
            head = question[:2] + b"\x81\x80\0\x01" + count.to_bytes(2, "big") + b"\0\0\0\0"
            self._socket.sendto(head + question[12 : at + 5] + record * count, sender)


if __name__ == "__main__":
    main()
