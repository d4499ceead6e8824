"""Thrift's compact form, in which Parquet keeps what it says of itself: read, never trusted.

Source: Apache Thrift, doc/specs/thrift-compact-protocol.md.
"""

from dataclasses import dataclass

Struct = dict[int, "Value"]
"""Field number -> value."""
Value = bool | int | float | bytes | list["Value"] | Struct

DEPTH = 20
"""Structures within one another; Parquet has fewer than ten."""
TRUE, FALSE, BYTE, SHORT, INT, LONG, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
LONG_LIST = 15
"""The size of a list in its first byte that says that it stands behind."""


class Malformed(ValueError):
    """Bytes that are no Thrift."""


@dataclass(slots=True)
class Reader:
    """Reads structures one after another."""

    data: bytes
    at: int = 0

    def struct(self, depth: int = 0) -> Struct:
        """Return the structure that begins here."""
        if depth > DEPTH:
            raise Malformed("structures are nested too deep")
        fields: Struct = {}
        number = 0
        while header := self._byte():
            step, kind = header >> 4, header & 15
            number = number + step if step else self._signed()
            fields[number] = self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Value:
        """Return a value of a kind; a field's truth is its kind."""
        if kind in (TRUE, FALSE):
            return kind == TRUE
        if kind in (SHORT, INT, LONG):
            return self._signed()
        if kind == BINARY:
            return self._bytes(self._unsigned())
        if kind == STRUCT:
            return self.struct(depth + 1)
        if kind in (LIST, SET):
            return self._list(depth + 1)
        if kind == BYTE:
            return self._byte()
        if kind == DOUBLE:
            return self._bytes(8)
        raise Malformed(f"there is no kind {kind}")

    def _list(self, depth: int) -> list[Value]:
        """Return the values of a list; each takes a byte at least."""
        if depth > DEPTH:
            raise Malformed("lists are nested too deep")
        header = self._byte()
        size, kind = header >> 4, header & 15
        size = self._unsigned() if size == LONG_LIST else size
        if size > len(self.data) - self.at:
            raise Malformed(f"a list declares {size} values")
        if kind in (TRUE, FALSE):
            return [self._byte() == TRUE for _ in range(size)]
        return [self._value(kind, depth) for _ in range(size)]

    def _byte(self) -> int:
        if self.at >= len(self.data):
            raise Malformed("it ends early")
        self.at += 1
        return self.data[self.at - 1]

    def _bytes(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise Malformed(f"a text declares {count} bytes")
        self.at += count
        return self.data[self.at - count : self.at]

    def _unsigned(self) -> int:
        """Return a number of up to 64 bits, seven in each byte, the lowest first."""
        number = shift = 0
        while shift < 70:  # noqa: PLR2004 - ten bytes of seven bits
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:  # noqa: PLR2004 - the bit that says that more follow
                return number
            shift += 7
        raise Malformed("a number has more than 64 bits")

    def _signed(self) -> int:
        number = self._unsigned()
        return (number >> 1) ^ -(number & 1)
