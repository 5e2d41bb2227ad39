"""Interpreters of the flat program. All have one signature: ``simulate(program, seed=, replication=) -> EventLog``."""
