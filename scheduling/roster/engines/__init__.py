"""Engines that plan rosters. `program`: PuLP and HiGHS."""
