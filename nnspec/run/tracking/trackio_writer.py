"""The process that writes for trackio: what `to_trackio` tells it, a line of JSON each.

It runs alone, without nnspec: its first line begins the run, each other one holds figures of a
step, and the run ends where its input does.
"""

import json
import sys

import trackio

first = json.loads(sys.stdin.readline())
trackio.init(**first, embed=False, auto_log_gpu=False, auto_log_cpu=False)
for line in sys.stdin:
    told = json.loads(line)
    trackio.log(told["figures"], step=told["step"])
trackio.finish()
