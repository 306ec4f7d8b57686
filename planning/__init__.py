"""Floor 3: the use cases; what both doors, the app and the command line, call.

`planning.session.open_session` opens a store, `planning.steps` holds one function a step, `planning.nightly.run_night`
does everything due.
"""

import os

# Read once, when numpy is first imported: the house multiplies many small matrices, where threads of the linear algebra
# only wait for each other (200 daily queues: 33 s of processor time with two threads, 15 s with one).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
