"""The layout: a hospital written down in the flow language."""
from hospital_twin.layout.nouns import Layout, Resource, Rule, Source, Staff, Unit
from hospital_twin.layout.read import as_values, as_yaml, checked, read_fields, read_layout, read_yaml, write_yaml
from hospital_twin.layout.terms import By, Part

__all__ = ["By", "Layout", "Part", "Resource", "Rule", "Source", "Staff", "Unit", "as_values", "as_yaml", "checked",
           "read_fields", "read_layout", "read_yaml", "write_yaml"]
