"""Network namespaces without a name: they end with the last process or descriptor that holds them, whatever happens to a test."""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable
from typing import Any

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)} (these tests run as root)")


class Namespace:
    """One network namespace, held by a descriptor."""

    def __init__(self, name: str) -> None:
        self.name = name
        opened: list[int] = []

        def make() -> None:
            _call("unshare", _CLONE_NEWNET)
            opened.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC))

        in_thread(make)
        self.descriptor = opened[0]
        self.run("ip", "link", "set", "lo", "up")
        # A link-local address that is looked for elsewhere first comes a second or two late, and a browser that is loading a page by then
        # drops what it loads: the network has changed.
        self.sysctl(net__ipv6__conf__default__accept_dad=0)

    @property
    def path(self) -> str:
        """Where other programs find it."""
        return f"/proc/{os.getpid()}/fd/{self.descriptor}"

    def enter(self) -> None:
        """Moves the calling thread, and what it starts from now on, into the namespace."""
        _call("setns", self.descriptor, _CLONE_NEWNET)

    def call(self, work: Callable[[], Any]) -> Any:
        """Does something inside, on a thread of its own: a socket opened there stays there."""
        def inside() -> Any:
            self.enter()
            return work()

        return in_thread(inside)

    def popen(self, *command: str, **options: Any) -> subprocess.Popen[Any]:
        """Starts a program inside."""
        return subprocess.Popen(["nsenter", f"--net={self.path}", "--", *command], **options)

    def run(self, *command: str, stdin: str | None = None) -> str:
        """Runs a command inside; what it printed."""
        done = subprocess.run(
            ["nsenter", f"--net={self.path}", "--", *command], input=stdin, capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, f"{self.name}: {' '.join(command)}: {done.stderr.strip()}\n{stdin or ''}"
        return done.stdout

    def sysctl(self, **values: int) -> None:
        """Kernel settings: `net__ipv4__ip_forward=1`."""
        def write() -> None:
            for key, value in values.items():
                with open("/proc/sys/" + key.replace("__", "/"), "w") as file:
                    file.write(str(value))

        self.call(write)

    def filter(self, name: str, rules: str) -> None:
        """Sets a table of nftables; an empty text removes it."""
        self.run("nft", "-f", "-", stdin=f"table inet {name}\ndelete table inet {name}\n" + (
            f"table inet {name} {{\n{rules}\n}}\n" if rules else ""))

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class Outside:
    """The namespace that the test process came from."""

    def __init__(self) -> None:
        self._descriptor = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def back(self) -> None:
        _call("setns", self._descriptor, _CLONE_NEWNET)
        os.close(self._descriptor)


def in_thread(work: Callable[[], Any]) -> Any:
    """The result of `work` on a thread that ends with it."""
    result: list[Any] = []
    failure: list[BaseException] = []

    def body() -> None:
        try:
            result.append(work())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]
