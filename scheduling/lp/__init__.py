"""The only home of PuLP and HiGHS: programs are written in PuLP and solved, once or in a loop, by HiGHS."""

from scheduling.lp.deferred import level_together
from scheduling.lp.live import Answer, LiveModel
from scheduling.lp.program import Program, Variable

__all__ = ["Answer", "LiveModel", "Program", "Variable", "level_together"]
