"""Who needs whom: depth, paths and circles among the packages of a lock file."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ami_audit.adapters.sources.module.dependencies.model import Lock


class Reach(NamedTuple):
    """How a package is reached from the project.

    Attributes:
        depth: 1 for what the project itself asks for.
        path: One shortest way to it, from what the project asks for to itself.
    """

    depth: int
    path: tuple[str, ...]


def reached(lock: Lock) -> dict[str, Reach]:
    """Return how each package is reached that is; of equal ways the first in the order of their names."""
    found = {key: Reach(1, (key,)) for key in sorted(lock.direct) if key in lock.packages}
    waiting = deque(found)
    while waiting:
        key = waiting.popleft()
        depth, path = found[key]
        for needed in lock.packages[key].needs:
            if needed not in found and needed in lock.packages and not lock.packages[needed].is_root:
                found[needed] = Reach(depth + 1, (*path, needed))
                waiting.append(needed)
    return found


def needed_by(lock: Lock) -> dict[str, list[str]]:
    """Return who needs each package, in order."""
    found: dict[str, list[str]] = {}
    for key in sorted(lock.packages):
        for needed in lock.packages[key].needs:
            found.setdefault(needed, []).append(key)
    return found


def circles(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the groups that reach themselves (Tarjan, without recursion), each and all in the order of their names."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    held: set[str] = set()
    found: list[list[str]] = []
    for root in sorted(edges):
        if root in order:
            continue
        work = [(root, iter(sorted(edges[root])))]
        order[root] = low[root] = len(order)
        stack.append(root)
        held.add(root)
        while work:
            node, rest = work[-1]
            following = next((it for it in rest if it in edges and (it not in order or it in held)), None)
            if following is None:
                work.pop()
                _close(node, order, low=low, stack=stack, held=held, found=found, edges=edges)
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
            elif following in order:
                low[node] = min(low[node], order[following])
            else:
                order[following] = low[following] = len(order)
                stack.append(following)
                held.add(following)
                work.append((following, iter(sorted(edges[following]))))
    return sorted(found)


def _close(
    node: str,
    order: Mapping[str, int],
    *,
    low: Mapping[str, int],
    stack: list[str],
    held: set[str],
    found: list[list[str]],
    edges: Mapping[str, Iterable[str]],
) -> None:
    if low[node] != order[node]:
        return
    group = list[str]()
    while not group or group[-1] != node:
        group.append(stack.pop())
        held.discard(group[-1])
    if len(group) > 1 or node in edges[node]:
        found.append(sorted(group))
