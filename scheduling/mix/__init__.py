"""How many shifts of which kind would cover a need, before there are names."""

from scheduling.mix.result import ShiftMix, make_shift_mix

__all__ = ["ShiftMix", "make_shift_mix"]
