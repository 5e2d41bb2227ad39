"""The flat program that every engine interprets, and how a hospital becomes one."""
from hospital_twin.program.compile import circles, compile_program
from hospital_twin.program.program import Program

__all__ = ["Program", "circles", "compile_program"]
