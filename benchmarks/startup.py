"""What an installed but unused plugin costs an unrelated pytest run."""

from __future__ import annotations

import statistics

from benchmarks.measuring import base_install, project, row, timed


def main() -> None:
    """Compare whole runs with and without the plugin, taking turns."""
    with base_install() as python, project() as folder:
        (folder / "test_it.py").write_text("def test_it(): pass\n")
        for cache, target in (("", "<= 5 ms"), ("1", "<= 15 ms")):
            run = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
            # An empty prefix that is not written to: each module is compiled anew, as in most containers.
            nothing = str(folder / "no-bytecode")
            environment = {"PYTHONDONTWRITEBYTECODE": cache, "PYTHONPYCACHEPREFIX": nothing} if cache else {}
            without, with_plugin = [], []
            for _ in range(15):
                without.append(timed([*run, "-p", "no:stormproof"], folder, **environment))
                with_plugin.append(timed(run, folder, **environment))
            bare, ours = statistics.median(without), statistics.median(with_plugin)
            label = "no bytecode written" if cache else "bytecode cache warm"
            row(
                f"unrelated run, {label}",
                (ours - bare) * 1000,
                "ms",
                target,
                f"{ours / bare:.3f} of bare {bare * 1000:.0f} ms",
            )
