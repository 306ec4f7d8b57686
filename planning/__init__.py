"""Floor 3: the use cases; what both doors, the app and the command line, call.

`planning.session.open_session` opens a store, `planning.steps` holds one function a step, `planning.nightly.run_night`
does everything due.
"""
