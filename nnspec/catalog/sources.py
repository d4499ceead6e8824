"""Formats of data files: how one is read, where its ending does not say it all; floor 2."""

from typing import Annotated, Literal

from pydantic import Field

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import Flag, NonNegative, Text

Titles = Annotated[tuple[Text, ...], Field(min_length=1)]
Sign = Annotated[str, Field(strict=True, pattern=r"^([^\s\x22]|tab|blanks)$")]
"""One sign, or a word for one that cannot be seen."""
Mark = Annotated[str, Field(strict=True, pattern=r"^[^\s\x22]{1,8}$")]

OWN = "how nnspec reads a file; Keras reads none"


class Source(CatalogObject, family="sources", abstract=True):
    """A data file, and how it is read."""

    beyond_keras = OWN
    shorthand = "path"

    path: Text = Field(examples=["people.csv"])
    """The file, relative to the spec; a pattern where a `*` stands in it. Its ending is free. A
    .gz or .zst file, or a .zip archive of one file, is unpacked first."""


class Csv(Source):
    """A text table, one row a line: .csv, .tsv.

    What is absent is found out from the first rows as far as they leave no doubt: the separator,
    UTF-8 and UTF-16 by their marks, lines that begin with `#` above the header, a decimal comma or
    a thousands sign that can mean nothing else, and the column without a name in which pandas
    numbers the rows. What was found out is told, and recorded with the run.
    """

    keras_name = "csv"

    separator: Sign | None = Field(default=None, examples=[";"])
    """Sign between cells, `tab`, or `blanks` (any number of them)."""
    quote: Literal['"', "'", "none"] | None = None
    """Sign around cells in which separators and ends of lines are text; a double quote if absent,
    or `none` where that leaves no table and every line has as many cells without it."""
    decimal: Literal[".", ","] | None = None
    """Sign before the fractions of a number."""
    thousands: Literal[",", ".", "'", " ", "_"] | None = None
    """Sign between groups of three digits."""
    encoding: Text | None = Field(default=None, examples=["cp1252"])
    """Encoding of the text, by Python's name: cp1252, latin-1, utf-16. UTF-8 if absent: others
    cannot be told apart by their bytes."""
    header: Flag = True
    """Whether the first row holds the columns' names; else they are `names`, or column_1,
    column_2 ..."""
    names: Titles | None = Field(default=None, examples=[["height", "width"]])
    """Names of the columns, in the order of the file; in place of those in the header."""
    skip: NonNegative = 0
    """Lines above the header, or the first row, that are left out."""
    comment: Mark | None = Field(default=None, examples=["#"])
    """What a line begins with that is left out."""
    index: Text | None = Field(default=None, examples=["id"])
    """Column that numbers or names the rows; it is no feature."""


class Parquet(Source):
    """A Parquet file: .parquet."""

    keras_name = "parquet"


class Feather(Source):
    """A file of Apache Arrow: .feather, .arrow."""

    keras_name = "feather"


class Json(Source):
    """A JSON document: a list of objects, one a row, or an object of columns; .json."""

    keras_name = "json"


class JsonLines(Source):
    """One JSON object a line: .jsonl, .ndjson."""

    keras_name = "jsonl"


class Npz(Source):
    """An archive of NumPy arrays, each a column: .npz. Python objects in it are refused."""

    keras_name = "npz"


class Npy(Source):
    """One NumPy array, (rows, ...): a column of the file's name, or a column a field; .npy."""

    keras_name = "npy"

    names: Titles | None = Field(default=None, examples=[["height", "width"]])
    """Names of the columns of an array (rows, columns), which it is then taken apart into."""


class Excel(Source):
    """A worksheet: .xlsx, .xlsm, .xls, .xlsb, .ods. Formulas count by their last value.

    Reading it takes the package `fastexcel`: pip install 'nnspec[excel]'.
    """

    keras_name = "excel"

    sheet: Text | None = Field(default=None, examples=["Q1"])
    """Name of the worksheet; absent where the workbook has one."""
    skip: NonNegative = 0
    """Rows above the header that are left out."""


class Hdf5(Source):
    """The arrays of an HDF5 file, each a column: .h5, .hdf5.

    An array of records is a column for each of its fields. Links to other places or files, and what
    pandas writes with `to_hdf`, are refused.
    """

    keras_name = "hdf5"

    group: Text | None = Field(default=None, examples=["train"])
    """Group that the arrays lie in, `outer/inner` for one within another; the file's root if
    absent."""


class Database(Source, abstract=True):
    """A table, or the rows of a query. Nothing is written, and no other file is read."""

    table: Text | None = Field(default=None, examples=["orders"])
    """Name of the table or view; absent where the database has one."""
    query: Text | None = Field(default=None, examples=["SELECT * FROM orders"])
    """SELECT whose rows are read, in place of a table's."""


class Sqlite(Database):
    """A table, or a query, of an SQLite database: .db, .sqlite, .sqlite3. Nothing is written."""

    keras_name = "sqlite"


class DuckDb(Database):
    """A table, or a query, of a DuckDB database: .duckdb, .ddb. Nothing is written.

    Reading it takes the package `duckdb`: pip install 'nnspec[duckdb]'.
    """

    keras_name = "duckdb"


class Folder(Source, abstract=True):
    """A folder of files, one a row, in the order of their names.

    Files and folders whose names begin with a dot are passed over. A table's column `label` holds
    the name of the folder, right below this one, that a file lies in, however deep.
    """

    labels: Literal["folder", "none"] | None = None
    """`folder`: the column `label` says which folder each file lies in; `none`: there is no such
    column. If absent it is there where all files lie in folders of their own."""


class Images(Folder):
    """A folder of pictures, as the columns `image` and `label`: photos/cat/1.jpg, photos/dog/2.jpg.

    A path that ends in a slash names one, too: `source: photos/`. Files of other endings than .png,
    .jpg, .jpeg, .gif, .bmp, .webp, .tif, .tiff, .ppm, .pgm and .pbm are left out. How pictures are
    brought to one size stands in `columns: {image: {image: {size: [64, 64]}}}`.
    """

    keras_name = "images"


class Texts(Folder):
    """A folder of texts, as the columns `text` and `label`: reviews/good/1.txt, reviews/bad/2.txt.

    Files of every ending are read, each as one text.
    """

    keras_name = "texts"

    encoding: Text | None = Field(default=None, examples=["cp1252"])
    """Encoding of the files, by Python's name: cp1252, latin-1, utf-16. UTF-8 if absent."""
