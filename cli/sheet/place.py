"""The division that people mean: by its code, whole or cut off after a level, or by names as they are spoken."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import combinations
from types import MappingProxyType
from typing import Any

from cli.say import say
from cli.sheet.cell import BadCell, bare, folded, said
from contracts.language.division import UNKNOWN, Division, Level

_BETWEEN = re.compile(r"[/\\\-‐‑‒–—―>＞→、,，;；|·\s\u3000]+")
_LENGTHS = (2, 4, 6, 9, 12)
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_WITH_NAME = re.compile(
    r"(?P<code>[0-9]{6,12})[(（]?(?P<name>[^0-9()（）]+)[)）]?|(?P<before>[^0-9()（）]+)[(（]?(?P<behind>[0-9]{6,12})[)）]?"
)
MOST_CANDIDATES = 8


class Gazetteer:
    """The divisions that there are, and every way of naming one of them.

    A name that several have is that of the one `within` an office's own division, where there is only one. `other`
    says of the codes that mean nothing on that day since when, or what became of them.
    """

    def __init__(
        self,
        names: Mapping[Division, str],
        within: Division = UNKNOWN,
        other: Mapping[Division, str] = MappingProxyType({}),
    ) -> None:
        self.names, self._within, self._other = names, within, other
        self._exact: dict[str, set[Division]] = {}
        self._spoken: dict[str, set[Division]] = {}
        for code, name in names.items():
            above = [self._called(one) for one in reversed(code.chain()[1:])]
            for path in _some_of([one for one in above if one]):
                self._exact.setdefault(folded(path + name), set()).add(code)
                for spoken in _spoken(code, name):
                    self._spoken.setdefault(folded(path + spoken), set()).add(code)

    def _called(self, code: Division) -> str:
        return self.names.get(code) or (_stated()["names"].get(code[:2], "") if code.level is Level.PROVINCE else "")

    def find(self, cells: Sequence[Any]) -> tuple[Division, bool]:
        """The division of one cell or several, and whether it is written plainly. Raises BadCell."""
        text = "/".join(map(said, cells))
        digits = bare(text)
        if digits.isascii() and digits.isdigit():
            return self._of_code(digits), digits == text and len(digits) == 12
        if _ROUNDED.fullmatch(digits):
            raise BadCell(say("sheet.rounded", value=text))
        if found := _WITH_NAME.fullmatch(digits):
            code = self._of_code(found["code"] or found["behind"])
            if code not in self._named(found["name"] or found["before"]):
                raise BadCell(say("sheet.code_and_name", value=text, name=self.names[code]))
            return code, False
        codes = self._named(text)
        if len(codes) != 1:
            raise BadCell(self._doubt(text, codes))
        [code] = codes
        return code, folded(_BETWEEN.sub("", text)) in self._exact

    def _of_code(self, digits: str) -> Division:
        if len(digits) not in _LENGTHS:
            raise BadCell(say("sheet.bad_code", value=digits))
        code = Division(digits.ljust(12, "0"))
        if code not in self.names and code in self._other:
            raise BadCell(say("sheet.other_days", value=digits, told=self._other[code]))
        if code not in self.names:
            raise BadCell(say("sheet.no_division", value=digits, near=self._near_code(code)))
        return code

    def _named(self, text: str) -> set[Division]:
        key = folded(_BETWEEN.sub("", text))
        found = self._exact.get(key) or self._spoken.get(key) or set()
        own = {code for code in found if self._within.contains(code)}
        return own if len(own) == 1 else found

    def _doubt(self, text: str, codes: Iterable[Division]) -> str:
        if found := sorted(codes):
            return say("sheet.divisions", value=text, found=self._listed(found))
        last = folded(_BETWEEN.split(text.strip())[-1])
        near = [code for code, name in self.names.items() if last and (last in folded(name) or folded(name) in last)]
        return say("sheet.no_division", value=text, near=self._listed(sorted(near)))

    def _near_code(self, code: Division) -> str:
        """What there is above a code that there is not."""
        return self._listed([one for one in code.chain()[1:] if one in self.names][:1])

    def _listed(self, codes: Sequence[Division]) -> str:
        told = [f"{self.path(code)}（{code}）" for code in codes[:MOST_CANDIDATES]]
        return "、".join([*told, *(["…"] if len(codes) > MOST_CANDIDATES else [])]) or "-"

    def path(self, code: Division) -> str:
        """`浮梁县/瑶里镇/长明村委会`."""
        return "/".join(self.names[one] for one in reversed(code.chain()) if one in self.names)


def _some_of(above: Sequence[str]) -> Iterator[str]:
    """The names above a division, any of them left out."""
    for count in range(len(above) + 1):
        for some in combinations(above, count):
            yield "".join(some)


def _spoken(code: Division, name: str) -> Iterator[str]:
    """A village by what it is, its committee left out or called by its whole name."""
    if code.level is not Level.VILLAGE:
        return
    for endings in _stated()["village_endings"]:
        own = next((ending for ending in endings if name.endswith(ending)), None)
        if own is not None:
            stem = name.removesuffix(own)
            yield from (stem + ending for ending in endings if stem)
            return


@cache
def _stated() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("cli.sheet").joinpath("provinces.json").read_text("utf-8"))
    return found
