"""Loads one YAML file that a stranger may have written, bounded in what its aliases and merges can grow to."""

from typing import Any

import yaml

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_MERGED = 100_000


class _Loader(_BASE):  # type: ignore[misc]
    """Plain values only; counts what merge keys bring before they are followed."""

    merged = 0

    def flatten_mapping(self, node: Any) -> None:
        for key, value in list(node.value):
            if key.tag == "tag:yaml.org,2002:merge":
                for one in value.value if isinstance(value, yaml.SequenceNode) else (value,):
                    if isinstance(one, yaml.MappingNode):
                        self.flatten_mapping(one)
                        self.merged += len(one.value) + 1
                    if self.merged > _MOST_MERGED:
                        raise ValueError("its merge keys bring too much")
        super().flatten_mapping(node)


def load(content: bytes) -> Any:
    """Return what a file says.

    Raises:
        ValueError: It cannot be loaded; says why.
    """
    try:
        return yaml.load(content, Loader=_Loader)  # noqa: S506 (plain values only)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())[:300]) from error
    # What PyYAML meets in a value that is not what its tag says.
    except (AttributeError, LookupError, TypeError, ArithmeticError, RecursionError) as error:
        raise ValueError(
            f"a value in it is not what its tag says, or it is too deep ({type(error).__name__})"
        ) from error
