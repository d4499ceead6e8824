"""Floor 10, beside the commands: the runs of a folder in a browser, as they are and as they grow.

A folder is looked at a few times a second by its files' times alone; what changed is read as
`nnspec runs` and `nnspec compare` read it, and sent to the page. Nothing is ever written.

shelf        the runs of a folder, and which of them changed
following    the epochs of one run as they come
answers      what the page asks for, as JSON
guard        who may ask: this machine's own pages, to read
application  which address answers what
server       the port, and its end
"""

from nnspec.dashboard.server import serve

__all__ = ["serve"]
